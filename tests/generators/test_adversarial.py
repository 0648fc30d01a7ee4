import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import log_expit
from scipy.stats import kstest

from deep_oversampling.generators.adversarial import draw_uniform_noise, fake_loss, real_loss


@pytest.mark.parametrize(("loss", "sign"), [(real_loss, 1), (fake_loss, -1)])
def test_loss_is_the_mean_cross_entropy(loss, sign):
    logits = np.random.default_rng(0).uniform(-8, 8, (50, 1))
    expected = -np.log(1 / (1 + np.exp(-sign * logits))).mean()
    assert float(loss(ops.convert_to_tensor(logits, "float32"))) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("logit", [-1e30, -1e4, -100.0, 0.0, 100.0, 1e4, 1e30])
@pytest.mark.parametrize(("loss", "sign"), [(real_loss, 1), (fake_loss, -1)])
def test_loss_of_extreme_logits(loss, sign, logit):
    found = float(loss(ops.full((1, 1), logit, "float32")))
    assert found == pytest.approx(-log_expit(sign * logit), rel=1e-5, abs=1e-6)


def test_noise_is_uniform():
    seed = keras.random.SeedGenerator(3)
    noise = ops.convert_to_numpy(draw_uniform_noise(ops.zeros((400, 10)), 62, seed))
    assert noise.shape == (400, 62)
    assert kstest(noise.ravel(), "uniform", (-1, 2)).pvalue > 0.01
    assert (ops.convert_to_numpy(draw_uniform_noise(ops.zeros((400, 10)), 62, seed)) != noise).mean() > 0.99
    again = draw_uniform_noise(ops.zeros((400, 10)), 62, keras.random.SeedGenerator(3))
    np.testing.assert_array_equal(ops.convert_to_numpy(again), noise)
