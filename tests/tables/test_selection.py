import pandas as pd
import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.tables.selection import only, select

FRAME = pd.DataFrame({"dataset": ["mnist", "mnist", "fashion-mnist"], "imbalance_ratio": [80, 320, 80], "f1": range(3)})


def test_wildcards_name_rows():
    assert select(FRAME, dataset="mnist", ratio="80")["f1"].tolist() == [0]
    assert select(FRAME, ratio="80")["f1"].tolist() == [0, 2]
    assert select(FRAME, dataset="kmnist").empty


def test_only_one_value():
    assert only(FRAME[:2], "dataset") == "mnist"
    with pytest.raises(InputError, match="of one dataset, not of mnist and fashion-mnist"):
        only(FRAME, "dataset")
