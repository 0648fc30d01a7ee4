"""What the backend of these tests and the other one, in a process of its own, make of the same numbers."""

import importlib.util
import os
import subprocess
import sys

import backend_results
import numpy as np
import pytest

HERE = backend_results.BACKEND
THERE = {"tensorflow": "jax", "jax": "tensorflow"}[HERE]
SAMPLERS = list(backend_results.SAMPLERS)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec(THERE) is None, reason=f"{THERE}, an optional backend, is not installed"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("backends")


@pytest.fixture(scope="module")
def both(folder):
    """Return what this process and the other one, at work at the same time, get."""
    drawn = backend_results.save_generators(folder)
    process = subprocess.Popen(
        [sys.executable, backend_results.__file__, str(folder), HERE],
        # Quick compiling; what is compiled runs but once.
        env={**os.environ, "KERAS_BACKEND": THERE, "XLA_FLAGS": "--xla_backend_optimization_level=0"},
        stderr=subprocess.PIPE,
        text=True,
    )
    results = backend_results.all_results() | drawn
    _, error = process.communicate()
    assert process.returncode == 0, error
    with np.load(folder / "results.npz", allow_pickle=False) as archive:
        return results, dict(archive)


@pytest.fixture
def here(both):
    return both[0]


@pytest.fixture
def there(both):
    return both[1]


def test_the_other_process_runs_on_the_other_backend(there):
    assert there["backend"] == THERE


def test_toy_models_train_alike(here, there):
    toys = [key for key in here if key.startswith("toy ")]
    assert len(toys) > 10
    for key in toys:
        np.testing.assert_allclose(there[key], here[key], rtol=1e-4, atol=1e-6, err_msg=key)


def test_toy_models_train_alike_as_jax_trains_on_accelerators(here, there):
    scanned = {key: value for key, value in {**here, **there}.items() if key.startswith("scanned ")}
    assert len(scanned) > 10
    for key, value in scanned.items():
        expected = here[key.replace("scanned", "toy", 1)]
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-6, err_msg=key)


@pytest.mark.parametrize(("name", "step"), backend_results.STEPS)
def test_losses_of_a_step_agree(here, there, name, step):
    key = f"{name} {step}"
    assert there[f"{key} names"].tolist() == here[f"{key} names"]
    np.testing.assert_allclose(there[f"{key} terms"], here[f"{key} terms"], rtol=1e-4)


@pytest.mark.parametrize(("name", "step"), backend_results.STEPS)
def test_gradients_of_a_step_agree(here, there, name, step):
    start = f"{name} {step} gradient "
    gradients = {key: value for key, value in here.items() if key.startswith(start)}
    assert gradients.keys() == {key for key in there if key.startswith(start)}
    largest = max(np.abs(value).max() for value in gradients.values())
    assert largest > 1e-3
    # The absolute tolerance is for sums that cancel: a bias before batch normalisation has no gradient but rounding.
    for key, value in gradients.items():
        np.testing.assert_allclose(there[key], value, rtol=1e-4, atol=1e-5 * largest, err_msg=key)


def test_a_step_of_mixed_precision_is_near_the_full_one(here, there):
    full = here["CGAN step terms"]
    for results in (here, there):
        coarse = results["CGAN step in mixed_bfloat16"]
        np.testing.assert_allclose(coarse, full, rtol=0.02)
        assert not np.allclose(coarse, full, rtol=1e-6)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_generator_saved_here_draws_the_same_images_there(here, there, name):
    np.testing.assert_allclose(there[f"{name} drawn by {HERE}'s"], here[f"{name} drawn"], atol=1e-5)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_generator_saved_there_draws_the_same_images_here(folder, there, name):
    drawn = backend_results.draw_from(folder / f"{name} {THERE}.keras", name)
    np.testing.assert_allclose(drawn, there[f"{name} drawn"], atol=1e-5)
    assert drawn.std() > 0.01
