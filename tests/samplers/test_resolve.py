import sys
from types import ModuleType

import numpy as np
import pytest
from imblearn import FunctionSampler
from imblearn.over_sampling import SMOTE, RandomOverSampler

from deep_oversampling.errors import InputError
from deep_oversampling.samplers.resolve import build_sampler, resolve


class Keeping:
    """The interface of a sampler that keeps a generator."""

    def __init__(self, size=1):
        if size < 1:
            raise ValueError("size must be\nat least 1")
        self.size = size

    def fit_resample(self, X, y):
        return X, y

    def load(self, *_):
        return self


@pytest.fixture(autouse=True)
def module(monkeypatch):
    """A user's own module with a sampler."""
    own = ModuleType("own_samplers")
    own.Keeping = Keeping
    own.constant = 3
    monkeypatch.setitem(sys.modules, "own_samplers", own)


def refusal(definition):
    with pytest.raises(InputError) as refused:
        build_sampler(definition, seed=0)
    message = str(refused.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("imblearn.over_sampling.SMOTE", SMOTE),
        ("imblearn.over_sampling.RandomOverSampler", RandomOverSampler),
        ("imblearn.FunctionSampler", FunctionSampler),
        ("own_samplers.Keeping", Keeping),
    ],
)
def test_a_dotted_path_is_the_class(path, expected):
    assert resolve(path) is expected


@pytest.mark.parametrize(
    "path",
    [
        "",
        "SMOTE",
        ".SMOTE",
        ".a.SMOTE",
        "imblearn.",
        "imblearn..SMOTE",
        "no_such.Sampler",
        "imblearn.over_sampling.SMOT",
    ],
)
def test_a_path_to_nothing_is_refused(path):
    message = refusal({"sampler": path})
    assert message.startswith(f"no sampler {path}: ")
    assert message.endswith("; correct the dotted path in the config")


@pytest.mark.parametrize("path", ["os.path.join", "imblearn.over_sampling", "own_samplers.constant"])
def test_what_is_no_class_is_refused(path):
    assert refusal({"sampler": path}) == f"no sampler {path}: not a class; correct the dotted path in the config"


@pytest.mark.parametrize("path", ["numpy.ndarray", "collections.OrderedDict"])
def test_what_does_not_resample_is_refused(path):
    assert refusal({"sampler": path}) == f"{path} has no fit_resample; name a class with imbalanced-learn's interface"


def test_parameters_and_seed_are_handed_over():
    definition = {"sampler": "imblearn.over_sampling.SMOTE", "parameters": {"k_neighbors": 3}}
    sampler = build_sampler(definition, seed=11)
    assert isinstance(sampler, SMOTE)
    assert (sampler.k_neighbors, sampler.random_state) == (3, 11)
    assert definition == {"sampler": "imblearn.over_sampling.SMOTE", "parameters": {"k_neighbors": 3}}


def test_a_class_without_random_state_gets_no_seed():
    X, y = np.arange(6.0).reshape(3, 2), np.array([0, 1, 1])
    resampled = build_sampler({"sampler": "imblearn.FunctionSampler"}, seed=11).fit_resample(X, y)
    np.testing.assert_array_equal(resampled[0], X)
    np.testing.assert_array_equal(resampled[1], y)
    assert build_sampler({"generator": "own_samplers.Keeping", "parameters": {"size": 2}}, seed=0).size == 2


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"k_neighbours": 3}, "unexpected keyword argument 'k_neighbours'"),
        ({"k_neighbors": 0}, "'k_neighbors' parameter of SMOTE must be"),
        ({"k_neighbors": "five"}, "'k_neighbors' parameter of SMOTE must be"),
        ({"sampling_strategy": "most"}, "'sampling_strategy' parameter of SMOTE must be"),
    ],
)
def test_wrong_parameters_are_refused_before_any_work(parameters, reason):
    message = refusal({"sampler": "imblearn.over_sampling.SMOTE", "parameters": parameters})
    assert message.startswith("imblearn.over_sampling.SMOTE: ")
    assert reason in message
    assert message.endswith("; correct its parameters in the config")


def test_what_a_class_itself_refuses_is_one_line():
    message = refusal({"generator": "own_samplers.Keeping", "parameters": {"size": 0}})
    assert message == "own_samplers.Keeping: size must be at least 1; correct its parameters in the config"


def test_an_abstract_class_is_refused():
    assert "abstract" in refusal({"sampler": "imblearn.over_sampling.base.BaseOverSampler"})


def test_a_generator_must_keep_what_it_trained():
    path = "imblearn.over_sampling.SMOTE"
    assert refusal({"generator": path}) == (
        f"{path} keeps no trained generator; name it as sampler, not generator, in the config"
    )
