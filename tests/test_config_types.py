"""Strings from the command line, turned into what they spell."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling.config import restore_types
from deep_oversampling.errors import InputError


@pytest.mark.parametrize(
    ("spelt", "meant"),
    [
        ("40", 40),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e-3", 0.001),
        ("true", True),
        ("false", False),
        ("null", None),
        ("SMOTE", "SMOTE"),
        ("3-4-5", "3-4-5"),
        ("", ""),
        ("1" + 400 * "0", 10**400),
        ("1" + 5000 * "0", "1" + 5000 * "0"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("True", "True"),
        (7, 7),
        (None, None),
        (["3", ["4", "x"]], [3, [4, "x"]]),
        (
            {"epochs": "5", "widths": ["8", "16"], "nested": {"a": "null"}},
            {"epochs": 5, "widths": [8, 16], "nested": {"a": None}},
        ),
        ({"5": "5"}, {"5": 5}),
    ],
)
def test_types_are_restored(spelt, meant):
    restored = restore_types(spelt)
    assert restored == meant
    assert type(restored) is type(meant)


SPELLABLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just("SMOTE"),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
    max_leaves=8,
)


def spell(value):
    if isinstance(value, dict):
        return {key: spell(item) for key, item in value.items()}
    if isinstance(value, list):
        return [spell(item) for item in value]
    if value is None or isinstance(value, bool):
        return yaml.safe_dump(value).split()[0]
    return str(value)


@given(value=SPELLABLE)
def test_what_was_spelt_is_restored(value):
    restored = restore_types(spell(value))
    assert restored == value
    assert restore_types(restored) == restored


@pytest.mark.parametrize("part", [[1], {"a": 1}])
def test_parts_that_aliases_repeat_without_measure_are_refused(part):
    for _ in range(30):
        part = [part] * 9
    with pytest.raises(InputError, match="more than 100000 parts, counting each as often as an alias repeats it"):
        restore_types({"ratios": part})


def test_a_part_that_contains_itself_is_refused():
    part = {}
    part["ratios"] = [part]
    with pytest.raises(InputError, match="config: it has a part that contains itself; spell it out"):
        restore_types(part)
