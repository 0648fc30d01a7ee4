from pathlib import Path

import pytest

from deep_oversampling.config_file import check_config_file
from deep_oversampling.errors import InputError

ROOT = Path(__file__).parents[1]
SHIPPED = [ROOT / "config.yaml", *sorted((ROOT / "presets").glob("*.yaml"))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("seed: 1\nmethods: []\nseed: 2\n", "'seed' a second time on line 3"),
        ("samplers:\n  SMOTE: {}\n  'SMOTE': {}\n", "'SMOTE' a second time on line 3"),
        ("mlp: {epochs: 1, epochs: 1}", "'epochs' a second time on line 1"),
        ("- a: 1\n- [{b: {c: 1, c: 2}}]", "'c' a second time on line 2"),
        ('{"seed": 1, "seed": 2}', "'seed' a second time on line 1"),
        ("a: &a {x: 1, x: 2}\nb: *a", "'x' a second time on line 1"),
    ],
)
def test_a_key_that_stands_twice_is_refused(tmp_path, content, said):
    path = tmp_path / "config.yaml"
    path.write_text(content)
    with pytest.raises(InputError, match=said) as refused:
        check_config_file(path)
    assert str(refused.value).startswith(f"config: {path} has ")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_shipped_config_says_a_key_twice(path):
    check_config_file(path)


def test_json_that_is_no_yaml_is_left_to_its_reader(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{\n\t"seed": 1\n}')
    check_config_file(path)


def test_one_key_in_two_places_is_two_keys(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("a: &shared {x: 1}\nb: {<<: *shared, y: 2, <<: *shared}\nc: [{x: 1}, {x: 2}]\nx: 3\n")
    check_config_file(path)


def test_parts_that_aliases_repeat_are_looked_into_once(tmp_path):
    path = tmp_path / "config.yaml"
    lines = ["a0: &a0 [1]", *(f"a{level + 1}: &a{level + 1} [{', '.join([f'*a{level}'] * 9)}]" for level in range(30))]
    path.write_text("\n".join([*lines, "b: &b [*b]", "c: {d: *a30, d: 1}"]))
    with pytest.raises(InputError, match="'d' a second time on line 33"):
        check_config_file(path)
