import re

import pytest

from deep_oversampling.datasets.catalogue import DATASETS, SPLITS, dataset_named
from deep_oversampling.errors import InputError


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_is_complete(name):
    dataset = dataset_named(name)
    assert dataset.name == name
    assert dataset.image_shape == (28, 28)
    assert len(set(dataset.classes)) == 10
    assert set(dataset.md5) == {file_name for pair in SPLITS.values() for file_name in pair}
    assert all(re.fullmatch("[0-9a-f]{32}", md5) for md5 in dataset.md5.values())
    assert all(mirror.endswith("/") for mirror in dataset.mirrors)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="unknown data set 'emnist'; known are mnist, fashion-mnist"):
        dataset_named("emnist")


def test_a_data_set_can_be_hashed():
    assert len(set(DATASETS.values())) == 2


def test_a_member_has_the_packages_folder_and_suffix():
    package = dataset_named("fashion-mnist").package
    assert package.member("labels") == "./usr/share/datasets/fashion-mnist/labels.gz"


def test_a_mismatch_names_both_checksums(tiny, contents):
    name = "t10k-labels-idx1-ubyte"
    assert tiny.mismatch(name, contents[name]) == ""
    empty = "d41d8cd98f00b204e9800998ecf8427e"
    assert tiny.mismatch(name, b"") == f"MD5 {empty}, expected {tiny.md5[name]}"
