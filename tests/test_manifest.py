import hashlib

import numpy as np
import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.manifest import images_digest, manifest
from deep_oversampling.provenance import Provenance
from deep_oversampling.schemas import MANIFEST
from deep_oversampling.storage import ImageSet, read_frame, write_images, write_table

SETTINGS = {"dataset": "mnist", "minority": "1-2", "imbalance_ratio": 2, "experiment_seed": 3, "majority_count": 4}


def skewed(seed=0):
    labels = np.repeat(np.array([0, 1, 2], np.uint8), [4, 2, 2])
    images = np.random.default_rng(seed).integers(0, 256, (len(labels), 6), np.uint8)
    return ImageSet(images, labels, np.arange(len(labels), dtype=np.uint32))


@pytest.fixture
def paths(tmp_path):
    written = [tmp_path / f"{replicate}.parquet" for replicate in range(2)]
    for replicate, path in enumerate(written):
        provenance = Provenance("skewed", {**SETTINGS, "replicate": replicate}, seed=100 + replicate)
        write_images(path, skewed(replicate), provenance)
    return written


def test_a_row_for_each_class_of_each_file(paths):
    table = manifest(paths)
    assert list(table.columns) == MANIFEST.names
    assert table["replicate"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["seed"].tolist() == [100, 100, 100, 101, 101, 101]
    assert table["class"].tolist() == [0, 1, 2] * 2
    assert table["count"].tolist() == [4, 2, 2] * 2
    assert set(table["dataset"]) == {"mnist"}
    assert set(table["minority"]) == {"1-2"}
    assert set(table["imbalance_ratio"]) == {2}
    assert table["file"].unique().tolist() == [str(path) for path in paths]


def test_checksums_are_of_the_file_and_of_the_images(paths):
    table = manifest(map(str, paths)).groupby("replicate").first()
    for replicate, path in enumerate(paths):
        images = skewed(replicate)
        expected = hashlib.sha256(bytes(images.images.ravel().tolist()) + bytes(images.labels.tolist())).hexdigest()
        assert table["images_sha256"][replicate] == expected
        assert table["file_sha256"][replicate] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_images_checksum_is_of_images_and_labels_alone():
    images = skewed()
    elsewhere = ImageSet(images.images, images.labels, images.source_index + np.uint32(1))
    assert images_digest(elsewhere) == images_digest(images)
    other_labels = ImageSet(images.images, images.labels[::-1])
    other_pixels = ImageSet(images.images ^ np.uint8(1), images.labels)
    assert len({images_digest(images), images_digest(other_labels), images_digest(other_pixels)}) == 3


def test_a_manifest_survives_storage(paths, tmp_path):
    table = manifest(paths)
    write_table(tmp_path / "manifest.parquet", table, MANIFEST, Provenance("manifest"))
    stored = read_frame(tmp_path / "manifest.parquet", MANIFEST)
    assert stored.astype(object).to_dict("records") == table.astype(object).to_dict("records")


def test_a_damaged_file_is_refused(paths):
    paths[1].write_bytes(paths[1].read_bytes()[:-1])
    with pytest.raises(InputError, match=r"1\.parquet is truncated or altered; delete it and run again"):
        manifest(paths)


def test_a_missing_file_is_named(paths):
    paths[0].unlink()
    with pytest.raises(InputError, match=r"0\.parquet does not exist"):
        manifest(paths)


def test_a_file_of_another_kind_is_refused(paths, tmp_path):
    write_images(tmp_path / "train.parquet", skewed(), Provenance("original"))
    with pytest.raises(InputError, match=r"train\.parquet holds no skewed set but is of kind 'original'"):
        manifest([*paths, tmp_path / "train.parquet"])
