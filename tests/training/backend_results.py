"""What a backend makes of the same weights, batches and files; as a script, keeps it for a test of another backend."""

import itertools
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from unittest import mock

import keras
import numpy as np
import toy_models
from keras import ops

from deep_oversampling.provenance import Provenance
from deep_oversampling.samplers.acgan import ACGAN
from deep_oversampling.samplers.bagan import BAGAN
from deep_oversampling.samplers.cgan import CGAN
from deep_oversampling.samplers.cvae import CVAE
from deep_oversampling.training.backends import compile_epoch
from deep_oversampling.training.precision import computing_in

BACKEND = keras.backend.backend()
N_CLASSES = 3
SHARED = {"image_shape": (8, 8, 1), "latent_size": 3}
SAMPLERS = {
    "CVAE": CVAE(**SHARED, widths=(2, 4, 8)),
    "CGAN": CGAN(**SHARED, widths=(2, 4, 8)),
    "ACGAN": ACGAN(**SHARED, widths=(2, 4, 8), classifier_units=5),
    "BAGAN": BAGAN(**SHARED, generator_widths=(8, 4, 4, 2), encoder_widths=(2, 3, 4, 5)),
}
LABELS = np.array([0, 2, 1, 1, 0, 2, 2])


def build(name, policy="float32"):
    """Return the model of a sampler with weights that no backend drew."""
    sampler, generator = SAMPLERS[name], np.random.default_rng(7)
    names = sampler._settings.__dataclass_fields__.keys() - {"n_classes"}
    values = {each: getattr(sampler, each) for each in names}
    with computing_in(policy):
        model = sampler._model(sampler._settings(n_classes=N_CLASSES, **values), seed=0)
    optimizers = optimizers_of(model).values()
    of_optimizers = {id(each) for optimizer in optimizers for each in optimizer.variables}
    for variable in model.variables:
        if id(variable) in of_optimizers or not variable.dtype.startswith("float"):
            continue
        low, high = (0.5, 1.5) if "variance" in variable.path or "gamma" in variable.path else (-0.7, 0.7)
        variable.assign(generator.uniform(low, high, variable.shape))
    return model


def optimizers_of(model):
    return {name: each for name, each in vars(model).items() if isinstance(each, keras.optimizers.Optimizer)}


def draw(shape, low, high):
    """Numbers that depend on the shape alone, for what each backend draws differently."""
    shape = tuple(int(size) for size in shape)
    return np.random.default_rng(shape).uniform(low, high, shape)


@contextmanager
def same_noise():
    stand_ins = {
        "normal": lambda shape, **_: ops.convert_to_tensor(draw(shape, -2, 2).astype(np.float32)),
        "uniform": lambda shape, low=0, high=1, **_: ops.convert_to_tensor(draw(shape, low, high).astype(np.float32)),
        "randint": lambda shape, low, high, **_: ops.convert_to_tensor(draw(shape, low, high).astype(np.int32)),
    }
    with ExitStack() as stack:
        stack.enter_context(mock.patch.multiple(keras.random, **stand_ins))
        if BACKEND == "tensorflow":
            import tensorflow as tf

            stack.callback(tf.config.run_functions_eagerly, False)
            tf.config.run_functions_eagerly(True)
        yield


def take_step(name, step, policy="float32"):
    """Return the terms of one step and the gradients each optimiser is given in it."""
    model, gradients = build(name, policy), {}
    for optimizer_name, optimizer in optimizers_of(model).items():
        # Adam's first step has the size of the learning rate however small a gradient, even if it is but rounding.
        optimizer.epsilon = 1.0
        optimizer.update_step = recording(optimizer.update_step, gradients, optimizer_name)
    generator = np.random.default_rng(3)
    images = generator.uniform(size=(9, *SHARED["image_shape"])).astype(np.float32)
    one_hot = np.eye(N_CLASSES, dtype=np.float32)[generator.integers(N_CLASSES, size=9)]
    batch = np.arange(1, 8, dtype=np.int32)[None]
    terms = compile_epoch(getattr(model, step), [images, one_hot], model.variables)(batch)
    return terms, gradients


def recording(update_step, gradients, name):
    numbers = itertools.count()

    def keep(key, gradient):
        gradients[key] = np.asarray(gradient)

    def record(gradient, variable, learning_rate):
        if BACKEND == "jax":
            import jax

            jax.debug.callback(partial(keep, f"{name} {next(numbers)}"), gradient)
        elif hasattr(gradient, "numpy"):
            keep(f"{name} {next(numbers)}", gradient)
        update_step(gradient, variable, learning_rate)

    return record


STEPS = [("CVAE", "step"), ("CGAN", "step"), ("ACGAN", "step"), ("BAGAN", "reconstruct"), ("BAGAN", "step")]


def all_steps():
    results = {}
    with same_noise():
        for name, step in STEPS:
            terms, gradients = take_step(name, step)
            results |= {f"{name} {step} names": list(terms), f"{name} {step} terms": list(terms.values())}
            results |= {f"{name} {step} gradient {key}": value for key, value in gradients.items()}
        terms, _ = take_step("CGAN", "step", "mixed_bfloat16")
        results["CGAN step in mixed_bfloat16"] = list(terms.values())
    return results


def draw_from(path, name):
    """Load a generator that any backend saved and draw from it."""
    return SAMPLERS[name].load(path).sample(LABELS, seed=5)


def save_generators(folder):
    """Save a generator of every kind and return what each draws."""
    drawn = {}
    for name, sampler in SAMPLERS.items():
        sampler.generator_, sampler.classes_ = build(name).generator, np.arange(N_CLASSES)
        path = folder / f"{name} {BACKEND}.keras"
        sampler.save(path, Provenance("generator", versions={}))
        drawn[f"{name} drawn"] = sampler.sample(LABELS, seed=5)
    return drawn


def scanned():
    """On JAX, train the toy models as it does on accelerators."""
    if BACKEND != "jax":
        return {}
    with mock.patch("jax.default_backend", return_value="gpu"):
        return {f"scanned {name}": value for name, value in toy_models.train_on_this_backend().items()}


def all_results():
    toys = {f"toy {name}": value for name, value in toy_models.train_on_this_backend().items()}
    return {"backend": BACKEND, **toys, **scanned(), **all_steps()}


if __name__ == "__main__":
    folder, other = Path(sys.argv[1]), sys.argv[2]
    drawn = save_generators(folder)
    drawn |= {f"{name} drawn by {other}'s": draw_from(folder / f"{name} {other}.keras", name) for name in SAMPLERS}
    np.savez(folder / "results.npz", **all_results(), **drawn)
