import datetime
import inspect
import math
import subprocess
import sys
from itertools import product

import pytest
from imblearn.over_sampling import ADASYN

from deep_oversampling.errors import InputError
from deep_oversampling.samplers.preflight import check_samplers
from deep_oversampling.samplers.resolve import resolve
from deep_oversampling.samplers.synthesis import fewer_neighbours

SMOTE = {"sampler": "imblearn.over_sampling.SMOTE"}
CVAE = {"generator": "deep_oversampling.samplers.cvae.CVAE"}
GENERATORS = {name: f"deep_oversampling.samplers.{name.lower()}.{name}" for name in ("ACGAN", "BAGAN", "CGAN", "CVAE")}


def experiment(samplers, scarcest=10, protocols=("paper",), folds=2):
    return {
        "methods": list(samplers),
        "samplers": samplers,
        "majority_count": 2 * scarcest,
        "ratios": [2],
        "protocols": list(protocols),
        "weight_search": {"folds": folds},
    }


def refusal(definition, scarcest=10, **named):
    with pytest.raises(InputError) as caught:
        check_samplers(experiment({"method": definition}, scarcest, **named))
    message = str(caught.value)
    assert message.startswith("config: samplers.method: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("definition", "scarcest", "said"),
    [
        ({"sampler": "imblearn.over_sampling.SMOET"}, 10, "no sampler imblearn.over_sampling.SMOET"),
        ({**SMOTE, "parameters": {"k_neighbours": 5}}, 10, "k_neighbours"),
        (SMOTE, 5, "k_neighbors 5 needs more than 5 images of every class, but the smallest has 5"),
        ({"sampler": "imblearn.over_sampling.ADASYN"}, 5, "n_neighbors 5 needs more than 5 images"),
        ({**CVAE, "parameters": {"epoch": 5}}, 10, "unknown parameter 'epoch'; did you mean epochs?"),
        ({"generator": "deep_oversampling.samplers.cvae.CVEA"}, 10, "no class 'CVEA'"),
        ({"generator": "deep_oversampling.samplers.cave.CVAE"}, 10, "no module 'deep_oversampling.samplers.cave'"),
        ({"generator": "CVAE"}, 10, "no module ''"),
        ({**CVAE, "parameters": {"image_shape": [32, 32, 1]}}, 10, "image_shape [32, 32, 1] is no data set's"),
        ({**CVAE, "parameters": {"image_shape": [28, 28, 3]}}, 10, "image_shape [28, 28, 3] is no data set's"),
    ],
)
def test_a_method_that_can_not_work_is_one_line(definition, scarcest, said):
    assert said in refusal(definition, scarcest)


@pytest.mark.parametrize("path", GENERATORS.values(), ids=GENERATORS)
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("epochs", [0, math.nan, "two", datetime.date(2026, 1, 1), True, None, 10**400]),
        ("batch_size", [1, -5, 64.0, [64], 10**12]),
        ("latent_size", [0, 10**9]),
        ("beta_1", [1, math.nan]),
        ("image_shape", [[30, 28, 1], [28, 28], [28.0, 28, 1], "28"]),
        ("sampling_strategy", [0.5, {9: 1}, {2: 1}, "minority", "not minority", None]),
        ("balance_first", ["yes", 2]),
        ("precision", ["float16"]),
    ],
)
def test_a_value_that_a_generator_can_not_use_is_told_before_any_job(path, name, values):
    for value in values:
        message = refusal({"generator": path, "parameters": {name: value}})
        assert f"The {name!r} parameter of {path.rpartition('.')[2]} must be " in message
        assert message.endswith(f"Got {value!r} instead; correct it in the config")


@pytest.mark.parametrize("path", GENERATORS.values(), ids=GENERATORS)
def test_no_parameter_of_a_generator_takes_any_value(path):
    parameters = inspect.signature(resolve(path)).parameters.keys() - {"random_state"}
    for name, value in product(parameters, [None, "absurd", -1, math.inf, [], [64, 0, 8], [10**9] * 4]):
        assert f"The {name!r} parameter of " in refusal({"generator": path, "parameters": {name: value}})


@pytest.mark.parametrize("path", GENERATORS.values(), ids=GENERATORS)
def test_values_that_a_generator_can_use_are_let_through(path):
    parameters = {"epochs": 1, "batch_size": 2, "image_shape": [28, 28, 1], "sampling_strategy": "auto", "beta_1": 0}
    check_samplers(experiment({"method": {"generator": path, "parameters": parameters}}))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "deep_oversampling.samplers.deep.DeepOverSampler",
            "keeps no trained generator; this project's that do are CVAE, CGAN,",
        ),
        ("deep_oversampling.generators.conditional_vae.ConditionalVAE", "keeps no trained generator"),
        ("imblearn.over_sampling._adasyn.ADASYN", None),
        ("imblearn.over_sampling.SMOTE", "no class 'SMOTE' in imblearn.over_sampling; known: none"),
        ("own_generators.Bare", "keeps no trained generator"),
        ("broken_generators.Broken", "broken_generators.py:2 is not Python: "),
        ("own_generators.Keeping", None),
        ("own_generators.Inheriting", None),
    ],
)
def test_a_generator_is_a_class_that_keeps_one_as_far_as_its_source_says(path, said, tmp_path, monkeypatch):
    bare = "class Bare:\n    def fit_resample(self, X, y): ...\n"
    keeping = "class Keeping:\n    def __init__(self, size): ...\n    def load(self, path): ...\n"
    (tmp_path / "own_generators.py").write_text(f"{bare}{keeping}class Inheriting(Keeping): ...\n")
    (tmp_path / "broken_generators.py").write_text("class Broken:\n    def load(\n")
    monkeypatch.syspath_prepend(tmp_path)
    definition = {"generator": path, "parameters": {}}
    if said is None:
        check_samplers(experiment({"method": definition}))
    else:
        assert said in refusal(definition)


def test_only_methods_of_the_experiment_are_checked():
    checked = experiment({"SMOTE": SMOTE, "CVAE": CVAE, "other": {"sampler": "no.such.thing"}}, 6)
    check_samplers({**checked, "methods": ["SMOTE", "CVAE"]})


def test_a_method_with_another_s_images_is_checked_as_that_one():
    checked = experiment({"SMOTE": {"sampler": "no.such.thing"}, "adjusted": {"images_of": "SMOTE"}})
    with pytest.raises(InputError, match=r"^config: samplers\.adjusted: .*no\.such"):
        check_samplers({**checked, "methods": ["adjusted"]})


NEAREST = {**SMOTE, "parameters": {"k_neighbors": 1}}
TUNED = {"logit_adjustment": "tuned"}


@pytest.mark.parametrize(
    ("definition", "scarcest", "folds", "protocol"),
    [
        (NEAREST, 2, 2, "leak_free"),
        (NEAREST, 3, 2, "leak_free"),
        (NEAREST | TUNED, 2, 2, "paper"),
        ({"sampler": "imblearn.over_sampling.ADASYN", "parameters": {"n_neighbors": 1}}, 2, 2, "leak_free"),
    ],
)
def test_a_training_fold_without_neighbours_is_told_before_any_job(definition, scarcest, folds, protocol):
    message = refusal(definition, scarcest, folds=folds, protocols=[protocol])
    assert f"needs 2 images of every class in a training fold, but of the smallest class's {scarcest} one" in message
    assert message.endswith("has 1; lower the imbalance ratio, or set refit_in_folds: false")


@pytest.mark.parametrize(
    ("definition", "scarcest", "folds", "protocol"),
    [
        (NEAREST, 2, 2, "paper"),
        (NEAREST, 4, 2, "leak_free"),
        (NEAREST, 3, 3, "leak_free"),
        (NEAREST | {"refit_in_folds": False}, 2, 2, "leak_free"),
        ({"sampler": "imblearn.over_sampling.RandomOverSampler"}, 2, 2, "leak_free"),
    ],
)
def test_folds_with_neighbours_enough_are_let_through(definition, scarcest, folds, protocol):
    check_samplers(experiment({"method": definition}, scarcest, [protocol], folds))


def test_looking_a_generator_up_starts_no_deep_learning_library():
    program = (
        "import sys; from deep_oversampling.samplers.preflight import check_samplers;"
        f"check_samplers({experiment({'CVAE': CVAE})}); sys.exit('keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_adasyn_looks_at_fewer_neighbours_where_a_fold_has_fewer_images():
    sampler = ADASYN(n_neighbors=5)
    assert fewer_neighbours(sampler, [0] * 9 + [1] * 4) == "n_neighbors 3 instead of 5"
    assert sampler.n_neighbors == 3
