import copy
import math
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling.config import check_config, minority_name, restore_types
from deep_oversampling.errors import InputError
from deep_oversampling.names import PAPER_METHODS
from deep_oversampling.paper import paper_classifier

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "schemas" / "config.schema.yaml"
PAPER, TEN_TIMES = ROOT / "presets" / "paper.yaml", ROOT / "presets" / "replicates_50.yaml"
SHIPPED = [ROOT / "config.yaml", *sorted({*(ROOT / "presets").glob("*.yaml")} - {TEN_TIMES})]
BASE = yaml.safe_load(SHIPPED[0].read_text())
PATH_UNSAFE = ["../x", "a/b", "a b", "a'b", 'a"b', "é", "{dataset}", "", "-x", "x\n", "$HOME", "a;b", "*"]


def changed(place, value):
    """The shipped config with the value at a dotted place replaced, or taken away where it is ``...``."""
    config = copy.deepcopy(BASE)
    *parents, last = place.split(".")
    part = config
    for parent in parents:
        part = part[parent]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return config


def refusal(config):
    with pytest.raises(InputError) as refused:
        check_config(config, SCHEMA)
    message = str(refused.value)
    assert len(message.splitlines()) == 1
    assert message.startswith("config: ")
    return message


def test_ten_times_the_paper_is_its_preset_with_more_replicates():
    paper, more = (yaml.safe_load(path.read_text()) for path in (PAPER, TEN_TIMES))
    check_config(paper | more, SCHEMA)
    assert list(more) == ["replicates"]
    assert more["replicates"] == list(range(10 * len(paper["replicates"])))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_config_is_valid(path):
    config = yaml.safe_load(path.read_text())
    check_config(restore_types(config), SCHEMA)
    assert restore_types(config) == config


def test_a_check_leaves_the_config_alone():
    config = copy.deepcopy(BASE)
    check_config(config, SCHEMA)
    assert config == BASE


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("seed", 0),
        ("seed", 2**32 - 1),
        ("results_dir", "../elsewhere/results-2"),
        ("results_dir", "/data/results"),
        ("data_dir", str(Path(__file__).parent)),
        ("datasets", ["fashion-mnist", "mnist"]),
        ("minority_sets", [[3], [3, 4], [9, 0]]),
        ("minority_sets", [list(range(9))]),
        ("ratios", [2, 40]),
        ("methods", ["R-CVAE"]),
        ("mlp", {}),
        ("mlp.dropout", 0),
        ("mlp.learning_rate", 1),
        ("replicates", [2**31 - 1]),
        ("classifier_seeds", [2**31 - 1]),
        ("weight_search.stop", 1.5),
        ("weight_search.folds", 10),
        ("weight_search.repeats", {"leak_free": 3}),
        ("weight_search.repeats", {"paper": 2}),
        ("samplers.LogitAdjustment.logit_adjustment", 100),
        ("samplers.ClassWeights.logit_adjustment", 1),
        ("samplers.SMOTE-adjusted", {"sampler": "imblearn.over_sampling.SMOTE", "logit_adjustment": 1}),
        ("samplers.SMOTE-adjusted", {"images_of": "SMOTE", "logit_adjustment": "tuned"}),
        ("samplers.CVAE-whole", {"images_of": "CVAE", "refit_in_folds": False}),
        ("samplers.Smote", {"class_weight": "balanced"}),
        ("fid.extractor", "inception"),
        ("fid.maximum_images", 2),
        (f"samplers.{100 * 'x'}", {"class_weight": "balanced"}),
        ("samplers.ADASYN-2_b", {"sampler": "imblearn.over_sampling.ADASYN", "parameters": {"n_neighbors": 3}}),
    ],
)
def test_what_is_sensible_is_accepted(place, value):
    check_config(changed(place, value), SCHEMA)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        # Keys
        ("sed", 1, "unknown key 'sed'; did you mean 'seed'?"),
        ("classifers", {}, "unknown key 'classifers'; did you mean 'classifiers'?"),
        ("xyzzy", 1, "unknown key 'xyzzy'; known: seed, results_dir, "),
        ("mlp.droput", 0.1, "mlp: unknown key 'droput'; did you mean 'dropout'?"),
        ("weight_search.fold", 2, "weight_search: unknown key 'fold'; did you mean 'folds'?"),
        ("fid.max_images", 2, "fid: unknown key 'max_images'; did you mean 'maximum_images'?"),
        ("lenet.units", 2, "lenet: unknown key 'units'; known: epochs, batch_size, learning_rate"),
        ("samplers.SMOTE", {"smapler": "x"}, "samplers.SMOTE: unknown key 'smapler'; did you mean 'sampler'?"),
        ("samplers.SMOTE.k_neighbors", 3, "samplers.SMOTE: unknown key 'k_neighbors'; known: "),
        ("seed", ..., "'seed' is a required property"),
        ("samplers", ..., "'samplers' is a required property"),
        ("fid.extractor", ..., "fid: 'extractor' is a required property"),
        # Types and ranges
        ("seed", "x", "seed: 'x' is not of type 'integer'"),
        ("seed", 2021.0, "seed: 2021.0 is not of type 'integer'"),
        ("seed", True, "seed: True is not of type 'integer'"),
        ("seed", None, "seed: None is not of type 'integer'"),
        ("seed", -1, "seed: -1 is less than the minimum of 0"),
        ("seed", 2**32, "seed: 4294967296 is greater than the maximum"),
        ("results_dir", None, "results_dir: None is not of type 'string'"),
        ("data_dir", 5, "data_dir: 5 is not of type 'null' or 'string'"),
        ("data_dir", "", "data_dir: '' should be non-empty"),
        ("data_dir", 300 * "x", "data_dir: there is no folder xxx"),
        ("data_dir", "\0", "data_dir: there is no folder "),
        ("threads", 10**12, "threads: 1000000000000 is greater than the maximum of 4096"),
        ("datasets", "mnist", "datasets: 'mnist' is not of type 'array'"),
        ("datasets", ["minst"], "datasets.0: 'minst' is not one of ['mnist', 'fashion-mnist']"),
        ("minority_sets", [3, 4, 5], "is not of type 'array'"),
        ("minority_sets", [[3, "4"]], "minority_sets.0.1: '4' is not of type 'integer'"),
        ("minority_sets", [[-1]], "minority_sets.0.0: -1 is less than the minimum of 0"),
        ("ratios", 40, "ratios: 40 is not of type 'array'"),
        ("ratios", [40.0], "ratios.0: 40.0 is not of type 'integer'"),
        ("ratios", [1], "ratios.0: 1 is less than the minimum of 2"),
        ("ratios", [0], "ratios.0: 0 is less than the minimum of 2"),
        ("majority_count", 1, "majority_count: 1 is less than the minimum of 2"),
        ("replicates", [0, -1], "replicates.1: -1 is less than the minimum of 0"),
        ("replicates", [2**31], "replicates.0: 2147483648 is greater than the maximum of 2147483647"),
        ("classifier_seeds", [2**31], "classifier_seeds.0: 2147483648 is greater than the maximum of 2147483647"),
        ("protocols", ["both"], "protocols.0: 'both' is not one of ['paper', 'leak_free']"),
        ("classifier_seeds", [0.5], "classifier_seeds.0: 0.5 is not of type 'integer'"),
        ("mlp", [], "mlp: [] is not of type 'object'"),
        ("mlp.hidden", [512, 0], "mlp.hidden.1: 0 is less than the minimum of 1"),
        ("mlp.dropout", 1, "mlp.dropout: 1 is greater than or equal to the maximum of 1"),
        ("mlp.dropout", math.nan, "mlp.dropout: nan is not of type 'number'"),
        ("mlp.learning_rate", math.inf, "mlp.learning_rate: inf is not of type 'number'"),
        ("mlp.learning_rate", 0, "mlp.learning_rate: 0 is less than or equal to the minimum of 0"),
        ("mlp.epochs", "20", "mlp.epochs: '20' is not of type 'integer'"),
        ("mlp.epochs", 10**12, "mlp.epochs: 1000000000000 is greater than the maximum of 1000000"),
        ("mlp.hidden", [512, 10**12], "mlp.hidden.1: 1000000000000 is greater than the maximum of 65536"),
        ("mlp.batch_size", 10**12, "mlp.batch_size: 1000000000000 is greater than the maximum of 1000000"),
        ("weight_search.number", 10**12, "weight_search.number: 1000000000000 is greater than the maximum of 10000"),
        ("weight_search.start", -1, "weight_search.start: -1 is less than or equal to the minimum of 0"),
        ("weight_search.folds", 1, "weight_search.folds: 1 is less than the minimum of 2"),
        ("fid.extractor", "lenet5", "fid.extractor: 'lenet5' is not one of ['lenet', 'inception']"),
        ("fid.maximum_images", 1, "fid.maximum_images: 1 is less than the minimum of 2"),
        ("fid.maximum_images", "all", "fid.maximum_images: 'all' is not of type 'null' or 'integer'"),
        ("lenet.batch_size", 1, "lenet.batch_size: 1 is less than the minimum of 2"),
        ("lenet.batch_size", 10**12, "lenet.batch_size: 1000000000000 is greater than the maximum of 1000000"),
        ("samplers", {}, "samplers: {} should be non-empty"),
        ("samplers.SMOTE", None, "samplers.SMOTE: None is not of type 'object'"),
        ("samplers.SMOTE.sampler", 5, "samplers.SMOTE.sampler: 5 is not of type 'string'"),
        (
            "samplers.SMOTE.sampler",
            "snakemake.__main__.X",
            "samplers.SMOTE.sampler: snakemake.__main__.X is in a program, which would run; name a library's class",
        ),
        ("samplers.CVAE.generator", "pip.__main__.X", "samplers.CVAE.generator: pip.__main__.X is in a program"),
        ("estimators", {"F": {"estimator": "pip.__main__"}}, "estimators.F.estimator: pip.__main__ is in a program"),
        ("samplers.SMOTE.parameters", [5], "samplers.SMOTE.parameters: [5] is not of type 'object'"),
        ("samplers.SMOTE.generator", "a.B", "samplers.SMOTE: has both sampler and generator; leave one out"),
        ("samplers.SMOTE.sampler", ..., "samplers.SMOTE: parameters needs sampler or generator beside it"),
        (
            "samplers.Imbalanced.refit_in_folds",
            False,
            "samplers.Imbalanced: refit_in_folds needs sampler, generator or images_of",
        ),
        ("samplers.SMOTE.class_weight", "balance", "samplers.SMOTE.class_weight: 'balanced' was expected"),
        (
            "samplers.SMOTE.logit_adjustment",
            "tune",
            "samplers.SMOTE.logit_adjustment: 'tune' is no number from 0",
        ),
        (
            "samplers.SMOTE.logit_adjustment",
            -1,
            "samplers.SMOTE.logit_adjustment: -1 is no number from 0",
        ),
        (
            "samplers.LogitAdjustment.logit_adjustment",
            1e308,
            "samplers.LogitAdjustment.logit_adjustment: 1e+308 is no number from 0 to 100 and not 'tuned'",
        ),
        ("classifiers", ["MPL"], "classifiers: unknown classifier 'MPL'; did you mean 'MLP'?"),
        (
            "estimators",
            {"MLP": {"estimator": "a.B"}},
            "estimators: MLP is the paper's network",
        ),
        ("estimators", {"Forest": {}}, "estimators.Forest: 'estimator' is a required property"),
        ("seeds_per_job", 0, "seeds_per_job: 0 is less than the minimum of 1"),
        (
            "weight_search.repeats",
            {"paper": 0, "leak_free": 1},
            "weight_search.repeats.paper: 0 is less than the minimum of 1",
        ),
        ("weight_search.common_random_numbers", 1, "weight_search.common_random_numbers: 1 is not of type 'boolean'"),
        # Values against each other
        ("methods", ["SMOT"], "methods: unknown method 'SMOT'; did you mean 'SMOTE'?"),
        ("methods", ["SMOTE", "tomek"], "methods: unknown method 'tomek'; known: Imbalanced, SMOTE, "),
        ("samplers.CVAE", ..., "methods: unknown method 'CVAE'; did you mean 'R-CVAE'?"),
        ("samplers.SMOTE.parameters.random_state", 1, "samplers.SMOTE.parameters: leave out random_state"),
        (
            "estimators",
            {"Forest": {"estimator": "a.B", "parameters": {"random_state": 1}}},
            "estimators.Forest.parameters: leave out random_state; it follows from seed",
        ),
        (
            "estimators",
            {"Forest": {"estimator": "a.B", "parameters": {"class_weight": "balanced"}}},
            "estimators.Forest.parameters: leave out class_weight; a method's class_weight: balanced does it",
        ),
        (
            "samplers.SMOTE.class_weight",
            "balanced",
            "samplers.SMOTE: class_weight changes nothing beside sampler, which levels the classes; leave it out",
        ),
        (
            "samplers.CVAE.class_weight",
            "balanced",
            "samplers.CVAE: class_weight changes nothing beside generator, which levels the classes; leave it out",
        ),
        ("ratios", [40, 3], "minority_sets [3, 4, 5], ratios 3: imbalance ratio 3 does not divide"),
        ("ratios", [800], "ratios 800: imbalance ratio 800 does not divide the majority count 400"),
        ("majority_count", 399, "ratios 40: imbalance ratio 40 does not divide the majority count 399"),
        (
            "minority_sets",
            [[3], [9, 10]],
            "datasets mnist, minority_sets [9, 10], ratios 40: minority class 10 is outside",
        ),
        ("minority_sets", [[3, 4], [4, 3]], "minority_sets: [3, 4] and [4, 3] are the same set; leave one out"),
        (
            "minority_sets",
            [list(range(10))],
            "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ratios 40: leave at least one majority class",
        ),
        ("data_dir", "/no/such folder/é", "data_dir: there is no folder /no/such folder/é"),
        ("ratios", [80], "timing_replicates: tuning SMOTE takes 10 images of the smallest class and majority_count"),
        ("majority_count", 8000, "majority_count: no class of mnist has 8000 images; the largest has 6742"),
        ("weight_search", {"start": 60}, "weight_search: start 60 is above stop 50"),
        (
            "weight_search.folds",
            11,
            "weight_search: folds 11 needs as many images of every class, but the smallest class has 10; lower folds",
        ),
        ("minority_sets", [[3, 3]], "minority_sets.0: [3, 3] has non-unique elements"),
        ("minority_sets", [[]], "minority_sets.0: [] should be non-empty"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(place, value, message):
    assert message in refusal(changed(place, value))


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("ratios", "does not divide the majority count 400"),
        ("majority_count", "majority_count: no class of mnist has 1000"),
        ("mlp.learning_rate", "is greater than the maximum of 1e+38"),
        ("lenet.learning_rate", "is greater than the maximum of 1e+38"),
        ("weight_search.stop", "is greater than the maximum of 1000000"),
        ("samplers.LogitAdjustment.logit_adjustment", "is no number from 0 to 100"),
    ],
)
def test_a_number_that_no_float_holds_is_one_line(place, message):
    assert message in refusal(changed(place, [10**400] if place == "ratios" else 10**400))


@pytest.mark.parametrize(
    ("key", "value"), [("logit_adjustment", 1), ("class_weight", "balanced"), ("images_of", "R-ACGAN")]
)
@pytest.mark.parametrize("name", ["Imbalanced", "SMOTE", "R-CVAE"])
def test_another_method_than_the_papers_takes_another_name(name, key, value):
    message = f"samplers.{name}: {key} makes it another method than the paper's; give it another name"
    assert message in refusal(changed(f"samplers.{name}", {key: value}))


@pytest.mark.parametrize("kind", ["sampler", "generator"])
def test_imbalanced_adds_no_images(kind):
    message = f"samplers.Imbalanced: {kind} makes it another method than the paper's; give it another name"
    assert message in refusal(changed("samplers.Imbalanced", {kind: "imblearn.over_sampling.SMOTE"}))


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"images_of": "SMOET"}, ".images_of: 'SMOET' is no method with a sampler or generator; did you mean 'SMOTE'?"),
        ({"images_of": "ClassWeights"}, ".images_of: 'ClassWeights' is no method with a sampler or generator"),
        ({"images_of": "own"}, ".images_of: 'own' is no method with a sampler or generator"),
        ({"images_of": "SMOTE", "sampler": "a.B"}, ": has both sampler and images_of; leave one out"),
        ({"images_of": "SMOTE", "parameters": {}}, ": parameters needs sampler or generator beside it"),
        ({"images_of": "SMOTE", "class_weight": "balanced"}, ": class_weight changes nothing beside images_of"),
        ({"images_of": 5}, ".images_of: 5 is not of type 'string'"),
    ],
)
def test_images_are_taken_of_a_method_that_makes_them(definition, message):
    assert f"samplers.own{message}" in refusal(changed("samplers.own", definition))


def test_the_papers_names_are_its_ten_methods():
    assert sorted(PAPER_METHODS) == sorted(set(paper_classifier()["method"]))


@pytest.mark.parametrize(
    ("method", "protocol", "refused"),
    [
        ("SMOTE", "paper", False),
        ("SMOTE", "leak_free", True),
        ("CVAE", "leak_free", True),
        ("Imbalanced", "leak_free", False),
        ("TunedLogitAdjustment", "paper", True),
    ],
)
def test_real_images_that_are_folded_are_no_fewer_than_folds(method, protocol, refused):
    config = {**changed("weight_search.folds", 50), "methods": [method], "protocols": [protocol]}
    if refused:
        assert "weight_search: folds 50 needs as many images of every class" in refusal(config)
    else:
        check_config(config, SCHEMA)


def test_folds_of_an_augmented_set_are_no_more_than_a_majority_class():
    config = {**changed("weight_search.folds", 401), "methods": ["SMOTE"], "protocols": ["paper"]}
    assert "folds 401 needs as many images of every class, but the smallest class has 400" in refusal(config)


AXES = ["datasets", "minority_sets", "ratios", "replicates", "methods", "classifiers", "protocols", "classifier_seeds"]


@pytest.mark.parametrize("axis", AXES)
def test_every_axis_has_something_once(axis):
    assert f"{axis}: [] should be non-empty" in refusal(changed(axis, []))
    assert f"{axis}: " in refusal(changed(axis, BASE[axis][:1] * 2))


@pytest.mark.parametrize("name", PATH_UNSAFE)
def test_names_that_are_unsafe_in_a_path_are_refused(name):
    assert f"methods.0: {name!r} does not match" in refusal(changed("methods", [name]))
    config = copy.deepcopy(BASE)
    config["samplers"][name] = {"sampler": "imblearn.over_sampling.SMOTE"}
    assert f"samplers: {name!r} does not match" in refusal(config)


@pytest.mark.parametrize("name", [101 * "x", 300 * "x"])
def test_names_that_are_too_long_for_a_file_are_refused(name):
    assert f"methods.0: {name!r} is too long" in refusal(changed("methods", [name]))
    assert "is too long" in refusal(changed(f"samplers.{name}", {"sampler": "imblearn.over_sampling.SMOTE"}))
    assert "is too long" in refusal(changed("estimators", {name: {"estimator": "a.B"}}))


@pytest.mark.parametrize(
    "folder", ["", "a b", "{dataset}", "re{{s}}", "é", "a'b", 'a"b', "a\nb", "results\n", "$HOME", "a*", "a\\b", "a:b"]
)
def test_a_results_dir_that_is_unsafe_in_a_pattern_is_refused(folder):
    assert f"results_dir: {folder!r} does not match" in refusal(changed("results_dir", folder))


@pytest.mark.parametrize("config", [None, [], "x", {}, {1: 2, None: 3, "a": 4}])
def test_what_is_no_config_at_all_is_one_line(config):
    refusal(config)


@pytest.mark.parametrize("key", [1, None, True, 2.5, "line\nbreak"])
def test_a_key_of_any_type_is_named(key):
    assert f"unknown key {key!r}" in refusal({**BASE, "zzz": 2, key: 1})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 500) | st.floats() | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=5,
)
PLACES = [*BASE, *(f"{key}.{inner}" for key, part in BASE.items() if isinstance(part, dict) for inner in part)]


@given(place=st.sampled_from(PLACES), value=JSON)
def test_any_value_anywhere_is_accepted_or_one_line(place, value):
    message = "config: fine"
    try:
        check_config(changed(place, value), SCHEMA)
    except InputError as error:
        message = str(error)
    assert message.startswith("config: ")
    assert len(message.splitlines()) == 1


@given(minority=st.lists(st.integers(0, 99), min_size=1))
def test_a_minority_set_is_read_back_from_its_name(minority):
    name = minority_name(minority)
    assert re.fullmatch(r"\d+(-\d+)*", name)
    assert [int(label) for label in name.split("-")] == sorted(minority)
