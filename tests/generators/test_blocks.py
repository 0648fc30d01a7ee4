import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import expit, log_expit
from scipy.stats import kstest

from deep_oversampling.generators.blocks import (
    NetworkSettings,
    bernoulli_negative_log_likelihood,
    build_adam,
    draw_normal_latent,
    draw_uniform_latent,
    one_hot_maps,
)
from deep_oversampling.training.backends import compile_epoch, minimize


def test_settings_are_the_paper_s():
    assert dataclasses.asdict(NetworkSettings()) == {
        "image_shape": (28, 28, 1),
        "n_classes": 10,
        "latent_size": 62,
        "widths": (64, 128, 1024),
        "beta_1": 0.5,
    }


def test_labels_become_constant_maps():
    label = keras.Input((3,))
    maps = keras.Model(label, one_hot_maps(label, (4, 8, 2)))
    labels = np.eye(3, dtype=np.float32)[[2, 0]]
    expected = np.broadcast_to(labels[:, None, None], (2, 4, 8, 3))
    np.testing.assert_array_equal(ops.convert_to_numpy(maps(labels)), expected)


def test_likelihood_is_the_naive_formula():
    generator = np.random.default_rng(0)
    image = generator.random((5, 4, 3, 2))
    logit = generator.uniform(-8, 8, image.shape)
    probability = 1 / (1 + np.exp(-logit))
    expected = -np.sum(image * np.log(probability) + (1 - image) * np.log(1 - probability), axis=(1, 2, 3))
    found = bernoulli_negative_log_likelihood(ops.convert_to_tensor(image, "float32"), logit.astype(np.float32))
    assert found.shape == (5,)
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected, rtol=1e-5)


@pytest.mark.parametrize("logit", [-1e30, -1e4, -100.0, -1.0, 0.0, 1.0, 100.0, 1e4, 1e30])
@pytest.mark.parametrize("pixel", [0.0, 0.25, 1.0])
def test_likelihood_of_extreme_logits(pixel, logit):
    found = bernoulli_negative_log_likelihood(
        ops.full((1, 1, 1, 1), pixel, "float32"), ops.full((1, 1, 1, 1), logit, "float32")
    )
    expected = -(pixel * log_expit(logit) + (1 - pixel) * log_expit(-logit))
    np.testing.assert_allclose(ops.convert_to_numpy(found), [expected], rtol=1e-5, atol=1e-6)


def test_slope_of_the_likelihood():
    logits = np.array([-1e4, -20, -3, -0.5, 0, 0.5, 3, 20, 1e4], np.float32)
    image = np.linspace(0, 1, len(logits), dtype=np.float32)
    variable = keras.Variable(logits)
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.build([variable])

    def step(pixels):
        def loss():
            value = bernoulli_negative_log_likelihood(pixels[:, :, None, None], variable[None, :, None, None])[0]
            return value, {"loss": value}

        return minimize(loss, [variable], optimizer)

    compile_epoch(step, [image[None]], [variable, *optimizer.variables])(np.zeros((1, 1), np.int32))
    np.testing.assert_allclose(logits - variable.numpy(), expit(logits) - image, rtol=1e-5, atol=1e-6)


def test_adam_has_its_slots_from_the_start():
    variables = [keras.Variable(np.zeros((2, 3))), keras.Variable(np.zeros(4))]
    optimizer = build_adam(3e-4, 0.25, variables)
    assert sorted(tuple(each.shape) for each in optimizer.variables) == [(), (), (2, 3), (2, 3), (4,), (4,)]
    assert float(optimizer.learning_rate) == pytest.approx(3e-4)
    assert optimizer.beta_1 == 0.25


def test_adam_asks_for_nothing_that_a_step_would_leave_out():
    """Such as clipping, decay or averages; see minimize of the TensorFlow backend."""
    own = build_adam(3e-4, 0.25, [keras.Variable(np.zeros(4))]).get_config()
    plain = keras.optimizers.Adam(own["learning_rate"], beta_1=0.25).get_config()
    assert own | {"name": ""} == plain | {"name": ""}


@pytest.mark.parametrize(
    ("draw", "distribution"), [(draw_normal_latent, ("norm",)), (draw_uniform_latent, ("uniform", (-1, 2)))]
)
def test_latent_prior(draw, distribution):
    latent = draw(500, 62, np.random.default_rng(0))
    assert (latent.shape, latent.dtype) == ((500, 62), np.float32)
    assert kstest(latent.ravel(), *distribution).pvalue > 0.01
    np.testing.assert_array_equal(draw(500, 62, np.random.default_rng(0)), latent)
    assert (draw(500, 62, np.random.default_rng(1)) != latent).mean() > 0.99
