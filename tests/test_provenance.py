import hashlib
import json
import sys
from importlib.metadata import version

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling import __version__
from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance, library_versions, processor, shared_settings

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)
SETTINGS = st.dictionaries(st.text(), VALUES, max_size=4)
PROVENANCES = st.builds(
    Provenance,
    kind=st.text(),
    settings=SETTINGS,
    seed=st.none() | st.integers(0, 2**31 - 1),
    versions=st.dictionaries(st.text(), st.text(), max_size=3),
)


@given(provenance=PROVENANCES)
def test_json_keeps_everything(provenance):
    text = provenance.to_json()
    assert Provenance.from_json(text) == provenance
    assert Provenance.from_json(text).to_json() == text


@given(settings=SETTINGS)
def test_the_order_of_settings_does_not_matter(settings):
    forwards = Provenance("score", settings, versions={})
    backwards = Provenance("score", dict(reversed(settings.items())), versions={})
    assert backwards.settings_hash == forwards.settings_hash
    assert backwards.to_json() == forwards.to_json()


@given(first=SETTINGS, second=SETTINGS)
def test_the_hash_tells_settings_apart(first, second):
    same = json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    hashes = {Provenance("score", settings, versions={}).settings_hash for settings in (first, second)}
    assert (len(hashes) == 1) == same


def test_the_hash_is_of_compact_sorted_json():
    settings = {"b": [1, 2.5, None], "a": {"z": "ü"}}
    expected = hashlib.sha256(rb'{"a":{"z":"\u00fc"},"b":[1,2.5,null]}').hexdigest()
    assert Provenance("score", settings).settings_hash == expected
    assert Provenance("other", settings, seed=1, versions={}).settings_hash == expected
    assert json.loads(Provenance("score", settings).to_json())["settings_hash"] == expected


def test_versions_are_those_installed():
    versions = library_versions()
    assert versions["deep-oversampling"] == __version__
    for name in ("imbalanced-learn", "keras", "numpy", "pyarrow", "scikit-learn", "scipy"):
        assert versions[name] == version(name)
    assert Provenance("score").versions == versions


def test_a_library_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr("deep_oversampling.provenance.LIBRARIES", ("numpy", "not-a-library-of-ours"))
    assert set(library_versions()) - {"keras backend"} == {"deep-oversampling", "numpy"}


def test_the_backend_is_named_where_keras_runs(monkeypatch):
    assert library_versions()["keras backend"] == keras.config.backend()
    monkeypatch.delitem(sys.modules, "keras")
    assert "keras backend" not in library_versions()


def written(**changed):
    """JSON of a provenance; what is changed to ``...`` is left out."""
    fields = json.loads(Provenance("score", {"ratio": 40}, seed=3, versions={"deep-oversampling": "9.0"}).to_json())
    return json.dumps({name: value for name, value in {**fields, **changed}.items() if value is not ...})


@pytest.mark.parametrize("change", [{"licence": "MIT"}, {"settings_hash": ...}, {"conditions": ...}, {"seed": ...}])
def test_another_version_s_fields_keep_no_one_from_reading_its_name(change):
    read = Provenance.from_json(written(**change))
    assert (read.kind, read.settings) == ("score", {"ratio": 40})
    assert read.versions == {"deep-oversampling": "9.0"}


@pytest.mark.parametrize("value", [..., None, 1, ["a"]])
@pytest.mark.parametrize("name", ["kind", "settings", "versions"])
def test_a_provenance_without_what_every_version_writes_is_one_line(name, value):
    with pytest.raises(InputError) as refused:
        Provenance.from_json(written(**{name: value}))
    assert str(refused.value) == f"a file's provenance has no proper {name!r}; delete the file and run again"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1", '"text"'])
def test_a_provenance_that_is_no_json_object_is_one_line(text):
    with pytest.raises(InputError) as refused:
        Provenance.from_json(text)
    assert str(refused.value) == "a file's provenance is no JSON object; delete the file and run again"


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_settings_that_json_cannot_keep_are_refused(value):
    with pytest.raises(TypeError, match="not JSON serializable"):
        Provenance("score", {"value": value}).to_json()


def of_settings(*every):
    return [Provenance("score", settings, versions={}) for settings in every]


def test_shared_settings_are_those_that_all_sources_agree_on():
    sources = of_settings(
        {"seed": 1, "epochs": 20, "mlp": {"hidden": [512]}, "ratio": 40},
        {"seed": 1, "epochs": 30, "mlp": {"hidden": [512]}},
        {"seed": 1, "epochs": 20, "mlp": {"hidden": [512]}, "ratio": 40},
    )
    assert shared_settings(sources) == {"seed": 1, "mlp": {"hidden": [512]}}


def test_a_setting_that_is_null_is_not_one_that_is_missing():
    assert shared_settings(of_settings({"data_dir": None}, {})) == {}
    assert shared_settings(of_settings({}, {"data_dir": None})) == {}
    assert shared_settings(of_settings({"data_dir": None}, {"data_dir": None})) == {"data_dir": None}


def test_no_source_shares_nothing_and_one_everything():
    assert shared_settings([]) == {}
    assert shared_settings(iter(of_settings({"seed": 1}))) == {"seed": 1}


@given(every=st.lists(SETTINGS, min_size=1, max_size=3), common=SETTINGS)
def test_what_is_in_every_source_is_shared_and_nothing_else(every, common):
    sources = of_settings(*(own | common for own in every))
    shared = shared_settings(sources)
    assert {key: shared[key] for key in common} == common
    assert all(source.settings[key] == value for source in sources for key, value in shared.items())
    assert shared_settings(reversed(sources)) == shared


def test_the_processor_is_named_where_the_system_tells(monkeypatch, tmp_path):
    described = tmp_path / "cpuinfo"
    monkeypatch.setattr("deep_oversampling.provenance.Path", lambda _: described)
    assert processor() == ""
    described.write_text("processor\t: 0\nmodel name\t: Some CPU: 2 GHz\nprocessor\t: 1\nmodel name\t: Another\n")
    assert processor() == "Some CPU: 2 GHz"
    described.write_text("processor\t: 0\n")
    assert processor() == ""
