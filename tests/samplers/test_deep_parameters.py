import inspect
import math

import pytest
from deep_toys import TINY, toy
from sklearn.base import clone

from deep_oversampling.errors import InputError
from deep_oversampling.samplers.acgan import ACGAN
from deep_oversampling.samplers.bagan import BAGAN
from deep_oversampling.samplers.cgan import CGAN
from deep_oversampling.samplers.cvae import CVAE
from deep_oversampling.samplers.resolve import build_sampler

SHARED = {
    "sampling_strategy": "auto",
    "image_shape": (28, 28, 1),
    "beta_1": 0.5,
    "balance_first": False,
    "precision": "float32",
    "random_state": None,
}
CONVOLUTIONAL = {**SHARED, "latent_size": 62, "widths": (64, 128, 1024), "batch_size": 64}
DEFAULTS = {
    CVAE: {**CONVOLUTIONAL, "learning_rate": 1e-3, "epochs": 300},
    CGAN: {
        **CONVOLUTIONAL,
        "generator_learning_rate": 2e-4,
        "discriminator_learning_rate": 1e-3,
        "epochs": 30,
    },
    ACGAN: {
        **CONVOLUTIONAL,
        "classifier_units": 128,
        "generator_learning_rate": 2e-4,
        "discriminator_learning_rate": 1e-3,
        "classifier_learning_rate": 1e-3,
        "epochs": 60,
    },
    BAGAN: {
        **SHARED,
        "latent_size": 100,
        "generator_widths": (1024, 128, 256, 128),
        "encoder_widths": (32, 64, 128, 256),
        "reconstruction_learning_rate": 5e-5,
        "generator_learning_rate": 5e-5,
        "discriminator_learning_rate": 5e-5,
        "epochs": 30,
        "autoencoder_epochs": 30,
        "batch_size": 128,
    },
}


@pytest.mark.parametrize("sampler_class", DEFAULTS)
def test_defaults_are_the_papers(sampler_class):
    assert sampler_class().get_params() == DEFAULTS[sampler_class]


@pytest.mark.parametrize("sampler_class", DEFAULTS)
def test_the_model_is_built_from_the_parameters(sampler_class, untrained, monkeypatch):
    """Each parameter the model has too reaches it, lists become tuples, ``n_classes`` comes from the labels."""
    built = []
    model = sampler_class._model

    def build(settings, seed):
        built.append(settings)
        return model(settings, seed)

    monkeypatch.setattr(sampler_class, "_model", staticmethod(build))
    changed = {**TINY[sampler_class], "image_shape": [8, 8, 1], "beta_1": 0.25}
    rates = [name for name in DEFAULTS[sampler_class] if name.endswith("learning_rate")]
    changed |= {name: 0.01 * (place + 1) for place, name in enumerate(rates)}
    changed |= {name: list(value) for name, value in changed.items() if name.endswith("widths")}
    sampler_class(**changed).fit(*toy())
    training = ("epochs", "autoencoder_epochs", "batch_size")
    expected = {name: value for name, value in changed.items() if name not in training}
    found = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(built[0]).items()}
    assert found == {**expected, "n_classes": 3}
    assert hash(built[0]) is not None


def test_parameters_are_cloned_and_set():
    sampler = CVAE(**TINY[CVAE], balance_first=True, random_state=4)
    copied = clone(sampler)
    assert copied is not sampler
    assert copied.get_params() == sampler.get_params()
    assert copied.get_params()["image_shape"] == (8, 8, 1)
    assert copied.set_params(latent_size=9).latent_size == 9
    assert sampler.latent_size == 3


SHARED_REFUSALS = [
    ({"epochs": 0}, "'epochs' parameter of {name} must be an int in the range"),
    ({"epochs": 2.5}, "'epochs' parameter"),
    ({"epochs": True}, "'epochs' parameter"),
    ({"epochs": 10**7}, "'epochs' parameter"),
    ({"batch_size": 1}, "'batch_size' parameter"),
    ({"latent_size": 0}, "'latent_size' parameter"),
    ({"latent_size": 10**9}, "'latent_size' parameter of {name} must be an int in the range [1, 65536]"),
    ({"beta_1": 1.0}, "'beta_1' parameter"),
    ({"beta_1": -0.1}, "'beta_1' parameter"),
    ({"balance_first": "yes"}, "'balance_first' parameter"),
    ({"precision": "bfloat16"}, "'precision' parameter of {name} must be a str among"),
    ({"random_state": "x"}, "'random_state' parameter"),
    ({"sampling_strategy": "most"}, "'sampling_strategy' parameter"),
    ({"image_shape": 8}, "'image_shape' parameter"),
    ({"image_shape": (8, 8)}, "'image_shape' parameter of {name} must be 3 whole numbers, positive multiples of"),
    ({"image_shape": (10, 8, 1)}, "'image_shape' parameter of {name} must be 3 whole numbers, positive multiples of"),
    ({"image_shape": (-8, -8, 1)}, "'image_shape' parameter of {name} must be 3 whole numbers, positive multiples"),
]
WIDTHS_REFUSALS = [
    ({"widths": 64}, "'widths' parameter"),
    ({"widths": (64, 128)}, "'widths' parameter of {name} must be 3 whole numbers"),
    ({"widths": (64, 0, 8)}, "'widths' parameter of {name} must be 3 whole numbers"),
    ({"widths": [64, 2.5, 8]}, "'widths' parameter of {name} must be 3 whole numbers"),
    ({"widths": []}, "'widths' parameter of {name} must be 3 whole numbers"),
    ({"widths": [64, 128, 10**9]}, "'widths' parameter of {name} must be 3 whole numbers"),
]


def rates(*names):
    return [
        ({f"{name}learning_rate": value}, f"'{name}learning_rate' parameter")
        for name in names
        for value in (0, -1, math.inf, 1e39)
    ]


REFUSALS = {
    CVAE: [*SHARED_REFUSALS, *WIDTHS_REFUSALS, *rates(""), ({"learning_rate": float("nan")}, "'learning_rate'")],
    CGAN: [*WIDTHS_REFUSALS, *rates("generator_", "discriminator_"), ({"beta_1": 1.0}, "'beta_1' parameter")],
    ACGAN: [
        *WIDTHS_REFUSALS,
        *rates("generator_", "discriminator_", "classifier_"),
        ({"beta_1": 1.0}, "'beta_1' parameter"),
        ({"classifier_units": 0}, "'classifier_units' parameter of {name} must be an int in the range"),
    ],
    BAGAN: [
        *rates("generator_", "discriminator_", "reconstruction_"),
        ({"beta_1": 1.0}, "'beta_1' parameter"),
        ({"autoencoder_epochs": 0}, "'autoencoder_epochs' parameter of {name} must be an int in the range"),
        ({"generator_widths": 8}, "'generator_widths' parameter"),
        ({"generator_widths": (8, 4, 3)}, "'generator_widths' parameter of {name} must be 4 whole numbers"),
        ({"encoder_widths": (2, 3, 4, 0)}, "'encoder_widths' parameter of {name} must be 4 whole numbers"),
        ({"encoder_widths": "abcd"}, "'encoder_widths' parameter"),
        ({"image_shape": (10, 8, 1)}, "'image_shape' parameter of {name} must be 3 whole numbers, positive multiples"),
    ],
}


@pytest.mark.parametrize(
    ("sampler_class", "parameters", "reason"),
    [(sampler_class, *case) for sampler_class, cases in REFUSALS.items() for case in cases],
)
def test_wrong_parameters_are_refused(untrained, sampler_class, parameters, reason):
    reason = reason.format(name=sampler_class.__name__)
    with pytest.raises(ValueError, match="parameter") as refused:
        sampler_class(**{**TINY[sampler_class], **parameters}).fit_resample(*toy())
    assert reason in str(refused.value)
    assert untrained == []
    if "random_state" not in parameters:
        path = f"{sampler_class.__module__}.{sampler_class.__name__}"
        with pytest.raises(InputError, match="correct its parameters in the config") as refused:
            build_sampler({"generator": path, "parameters": parameters}, seed=0)
        assert reason in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("sampler_class", DEFAULTS)
def test_parameters_are_named(sampler_class):
    """A misplaced value is a mistake: there are many parameters, of the same types."""
    kinds = {parameter.kind for parameter in inspect.signature(sampler_class).parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X * 255, r"pixels must lie in \[0, 1\]; divide them by 255"),
        (lambda X: X - 1, r"pixels must lie in \[0, 1\]"),
        (lambda X: X[:, :60], r"images of shape \(8, 8, 1\) have 64 pixels, not 60"),
    ],
)
def test_wrong_pixels_are_refused(untrained, change, message):
    X, y = toy()
    for method in ("fit", "fit_resample"):
        with pytest.raises(InputError, match=message) as refused:
            getattr(CVAE(**TINY[CVAE]), method)(change(X), y)
        assert "\n" not in str(refused.value)
    assert untrained == []
