import numpy as np
import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.fid.lenet import LeNet, LeNetExtractor, LeNetSettings, train_lenet
from deep_oversampling.network_archive import load_network, save_network
from deep_oversampling.provenance import Provenance

IMAGE_SHAPE = (18, 16)
N_PIXELS = 18 * 16
N_CLASSES = 3
SETTINGS = LeNetSettings(widths=(4, 6, 12, 10), epochs=12, batch_size=32)


def draw_images(seed, count):
    """Noisy bars: the class is how far right the bar stands."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, N_CLASSES, count).astype(np.uint8)
    images = rng.integers(0, 60, (count, *IMAGE_SHAPE), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        start = 1 + 5 * label + rng.integers(0, 2)
        image[2:-2, start : start + 3] += 180
    return images.reshape(count, -1), labels


def train_small(seed, report=None):
    return train_lenet(*draw_images(0, 400), IMAGE_SHAPE, N_CLASSES, SETTINGS, seed, report)


@pytest.fixture(scope="module")
def history():
    return []


@pytest.fixture(scope="module")
def model(history):
    return train_small(1, history.append)


@pytest.fixture(scope="module")
def extractor(model):
    return LeNetExtractor(model)


@pytest.fixture(scope="module")
def images():
    return draw_images(9, 1100)


def test_defaults_are_those_of_lenet_5():
    assert LeNetSettings().widths == (6, 16, 120, 84)


def test_loss_falls(extractor, history):
    losses = [epoch.terms["loss"] for epoch in history]
    assert len(losses) == SETTINGS.epochs
    assert losses[-1] < 0.5 * losses[0]


def test_features(extractor, images):
    features = extractor.features(images[0], IMAGE_SHAPE)
    assert features.shape == (1100, 10)
    assert features.dtype == np.float32
    assert features.min() >= 0
    assert features.std(axis=0).max() > 0


def test_classes_of_new_images(extractor, images):
    probabilities = extractor.classify(images[0])
    assert probabilities.shape == (1100, N_CLASSES)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.mean(probabilities.argmax(axis=1) == images[1]) > 0.95


def test_an_image_has_the_same_features_in_any_company(extractor, images):
    features = extractor.features(images[0], IMAGE_SHAPE)
    np.testing.assert_allclose(extractor.features(images[0][1050:1053], IMAGE_SHAPE), features[1050:1053], atol=1e-4)


def test_no_images_have_no_features(extractor):
    nothing = np.empty((0, N_PIXELS), np.uint8)
    assert extractor.features(nothing, IMAGE_SHAPE).shape == (0, 10)
    assert extractor.classify(nothing).shape == (0, N_CLASSES)


def test_same_seed_gives_same_weights(model):
    for again, weight in zip(train_small(1).get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(again, weight)


def test_other_seed_gives_other_initial_weights():
    first, second = (LeNet(IMAGE_SHAPE, N_CLASSES, SETTINGS, 1, seed).network.get_weights() for seed in (1, 2))
    assert not np.array_equal(first[0], second[0])


def test_fewer_images_than_a_batch():
    few = draw_images(0, 10)
    losses = []
    train_lenet(*few, IMAGE_SHAPE, N_CLASSES, SETTINGS, 0, lambda epoch: losses.append(epoch.images))
    assert losses == [10] * SETTINGS.epochs


def test_saved_network_gives_the_same(extractor, model, images, tmp_path):
    first, second = tmp_path / "first.keras", tmp_path / "second.keras"
    save_network(first, model, Provenance("lenet"))
    loaded = LeNetExtractor(load_network(first)[0])
    few = images[0][:20]
    np.testing.assert_array_equal(loaded.features(few, IMAGE_SHAPE), extractor.features(few, IMAGE_SHAPE))
    np.testing.assert_array_equal(loaded.classify(few), extractor.classify(few))
    save_network(second, model, Provenance("lenet"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("other", [np.zeros((2, N_PIXELS), np.float32), np.zeros((2, N_PIXELS - 1), np.uint8)])
def test_other_images_are_refused(extractor, other):
    with pytest.raises(ValueError, match=f"expected uint8 images of {N_PIXELS} pixels"):
        extractor.features(other, IMAGE_SHAPE)
    with pytest.raises(ValueError, match=f"expected uint8 images of {N_PIXELS} pixels"):
        extractor.classify(other)


def test_other_image_shape_is_refused(extractor):
    with pytest.raises(ValueError, match=r"expected images of shape \(18, 16\), got \(16, 18\)"):
        extractor.features(np.zeros((2, N_PIXELS), np.uint8), (16, 18))


def test_small_images_are_refused():
    with pytest.raises(InputError, match="8 by 8 pixels are too small for LeNet"):
        train_lenet(np.zeros((4, 64), np.uint8), np.zeros(4, np.uint8), (8, 8), 2, SETTINGS, 0)
