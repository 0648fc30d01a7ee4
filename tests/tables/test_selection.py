import pytest
from figure_data import PAPER_SETTINGS, runs

from deep_oversampling.errors import InputError
from deep_oversampling.tables.selection import only, select


def test_wildcards_name_rows():
    frame = runs(settings=PAPER_SETTINGS, replicates=1, seeds=1)
    chosen = select(frame, dataset="mnist", minority="3-4-5", ratio="80", classifier="MLP", protocol="paper")
    assert set(chosen["imbalance_ratio"]) == {80}
    assert len(chosen) == 3 * 3
    assert select(frame, dataset="kmnist").empty


def test_only_one_value():
    assert only(runs(), "dataset") == "mnist"
    with pytest.raises(InputError, match="of one dataset, not of mnist and fashion-mnist"):
        only(runs(settings=PAPER_SETTINGS, replicates=1, seeds=1), "dataset")
