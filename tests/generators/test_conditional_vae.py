import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from network_checks import (
    FEATURES,
    GENERATOR,
    TINY,
    CompiledTraining,
    check_adam,
    check_all_variables_are_listed,
    check_paper_s_initial_weights,
    check_same_seed_same_weights,
    closest_class,
    descend,
    described,
    first_convolution_sees,
    ids,
    kernel_ids,
    outputs,
    parameters_of_dense,
    parameters_of_features,
    parameters_of_generator,
    shapes,
    spread,
    stand_still,
    take_step,
)
from numpy.polynomial.hermite_e import hermegauss
from scipy.stats import norm

from deep_oversampling.generators.blocks import draw_normal_latent
from deep_oversampling.generators.conditional_vae import ConditionalVAE, CVAESettings

FIXED_NOISE = 1.5


def build(seed, **settings):
    return ConditionalVAE(CVAESettings(**{**TINY, **settings}), seed)


@pytest.fixture(scope="module")
def paper():
    return ConditionalVAE(CVAESettings(), seed=3)


def test_settings_are_the_paper_s():
    assert dataclasses.asdict(CVAESettings()) == {
        "image_shape": (28, 28, 1),
        "n_classes": 10,
        "latent_size": 62,
        "widths": (64, 128, 1024),
        "beta_1": 0.5,
        "learning_rate": 1e-3,
    }


@pytest.mark.parametrize(
    ("network", "table"),
    [("encoder", [*FEATURES, ("Dense", (124,), None, None, [])]), ("decoder", GENERATOR)],
)
def test_networks_are_the_paper_s(paper, network, table):
    for row, expected in zip(described(getattr(paper, network)), table, strict=True):
        assert row == expected


def test_inputs_and_outputs(paper):
    assert shapes(paper.encoder.inputs) == [(None, 28, 28, 1), (None, 10)]
    assert shapes(paper.decoder.inputs) == [(None, 62), (None, 10)]
    assert paper.decoder.output_shape == (None, 28, 28, 1)
    assert paper.generator is paper.decoder
    assert paper.draw_latent is draw_normal_latent


def test_numbers_of_parameters(paper):
    encoder = parameters_of_features(1 + 10) + parameters_of_dense(1024, 62 + 62)
    assert paper.encoder.count_params() == encoder
    assert paper.decoder.count_params() == parameters_of_generator()
    assert encoder + parameters_of_generator() == pytest.approx(13.4e6, rel=0.005)


def test_encoder_sees_the_label_as_constant_maps(paper):
    images = np.random.default_rng(0).random((2, 28, 28, 1), dtype=np.float32)
    labels = np.eye(10, dtype=np.float32)[[7, 2]]
    seen = first_convolution_sees(paper.encoder, [images, labels])
    assert seen.shape == (2, 28, 28, 11)
    np.testing.assert_array_equal(seen[..., :1], images)
    np.testing.assert_array_equal(seen[..., 1:], np.broadcast_to(labels[:, None, None], (2, 28, 28, 10)))


def test_initial_weights(paper):
    check_paper_s_initial_weights(paper.encoder, paper.decoder, count=8)


def test_optimiser_is_the_paper_s(paper):
    check_adam(paper.optimizer, 1e-3)


def test_all_that_training_changes_is_listed():
    check_all_variables_are_listed(lambda: build(seed=0))


# One step


@pytest.fixture
def model():
    model = build(seed=0)
    spread(model.encoder, model.decoder)
    return model


@pytest.fixture
def fixed_noise(monkeypatch):
    monkeypatch.setattr(keras.random, "normal", lambda shape, **_: FIXED_NOISE * ops.ones(shape))


def moments(model, images, labels):
    """What the encoder says, in float64: means, and deviations by the stated formula."""
    mean, raw = np.split(outputs(model.encoder, images, labels).astype(np.float64), 2, axis=1)
    return mean, np.log1p(np.exp(raw)) + 1e-6


def divergence(mean, deviation):
    """E_q[log q − log p] by Gauss–Hermite quadrature, exact for a quadratic."""
    nodes, weights = hermegauss(5)
    drawn = mean[..., None] + deviation[..., None] * nodes
    log_ratio = norm.logpdf(drawn, mean[..., None], deviation[..., None]) - norm.logpdf(drawn)
    return (log_ratio @ weights / weights.sum()).sum(axis=1).mean()


def reconstruction(model, latent, images, labels):
    drawn = outputs(model.decoder, latent.astype(np.float32), labels).astype(np.float64)
    return -np.sum(images * np.log(drawn) + (1 - images) * np.log(1 - drawn), axis=(1, 2, 3)).mean()


@pytest.mark.usefixtures("fixed_noise")
def test_loss_is_reconstruction_and_divergence(model, tiny_set):
    stand_still(model)
    mean, deviation = moments(model, *tiny_set)
    assert np.ptp(mean) > 1
    assert np.ptp(deviation) > 0.3
    terms = take_step(model.step, model.variables, tiny_set)
    assert set(terms) == {"loss", "reconstruction", "divergence"}
    assert terms["divergence"] == pytest.approx(divergence(mean, deviation), rel=1e-4)
    expected = reconstruction(model, mean + deviation * FIXED_NOISE, *tiny_set)
    assert terms["reconstruction"] == pytest.approx(expected, rel=1e-4)
    assert terms["loss"] == pytest.approx(terms["divergence"] + terms["reconstruction"], rel=1e-6)


@pytest.mark.usefixtures("fixed_noise")
def test_deviation_stays_above_a_millionth(model, tiny_set):
    stand_still(model)
    model.encoder.layers[-1].set_weights([np.zeros((6, 8)), np.array([0.5, -1, 2, 0, -80, -80, -80, -80])])
    mean, deviation = np.array([[0.5, -1, 2, 0]]), np.full((1, 4), 1e-6)
    terms = take_step(model.step, model.variables, tiny_set)
    assert terms["divergence"] == pytest.approx(divergence(mean, deviation), rel=1e-5)
    assert terms["reconstruction"] == pytest.approx(reconstruction(model, mean.repeat(12, axis=0), *tiny_set), rel=1e-4)


@pytest.mark.usefixtures("fixed_noise")
def test_update_follows_the_whole_loss(model, tiny_set):
    trained = model.encoder.trainable_variables + model.decoder.trainable_variables
    _, moved, steepness = descend(model, "optimizer", trained, tiny_set, rate=1e-3)
    assert kernel_ids(model.encoder, model.decoder) <= moved <= ids(trained)

    def loss():
        mean, deviation = moments(model, *tiny_set)
        return divergence(mean, deviation) + reconstruction(model, mean + deviation * FIXED_NOISE, *tiny_set)

    assert steepness(loss) == pytest.approx(1, rel=0.02)


def test_training_noise_is_new_every_step(model, tiny_set):
    stand_still(model)
    first, second = (take_step(model.step, model.variables, tiny_set) for _ in range(2))
    assert first["divergence"] == second["divergence"]
    assert first["reconstruction"] != second["reconstruction"]


def test_label_changes_what_encoder_and_decoder_give(model, tiny_set):
    images = tiny_set[0][:3]
    one, other = np.eye(3, dtype=np.float32), np.roll(np.eye(3, dtype=np.float32), 1, axis=0)
    latent = np.ones((3, 4), np.float32)
    for network, given in ((model.encoder, images), (model.decoder, latent)):
        first, second = (outputs(network, given, labels, training=False) for labels in (one, other))
        assert np.abs(first - second).reshape(3, -1).max(axis=1).min() > 1e-3


# Many steps


@pytest.fixture(scope="module")
def trained(tiny_set):
    train = CompiledTraining(build, tiny_set)
    models = [build(seed, learning_rate=0.01) for seed in (5, 5, 6)]
    return [(model, train(model, epochs=200)) for model in models]


def test_training_lowers_the_loss(trained):
    for _, history in trained:
        for term in ("loss", "reconstruction"):
            assert history[9][term] < history[0][term]
            assert history[-1][term] < 0.8 * history[0][term]


def test_same_seed_gives_same_weights(trained):
    check_same_seed_same_weights(*(model.encoder.trainable_variables for model, _ in trained))
    check_same_seed_same_weights(*(model.decoder.trainable_variables for model, _ in trained))
    assert trained[0][1] == trained[1][1]


def test_decoded_classes_look_like_the_classes(trained, tiny_set):
    model = trained[0][0]
    latent = model.draw_latent(30, 4, np.random.default_rng(0))
    drawn = outputs(model.decoder, latent, np.tile(np.eye(3, dtype=np.float32), (10, 1)), training=False)
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    np.testing.assert_array_equal(closest_class(drawn, *tiny_set), np.arange(30) % 3)
