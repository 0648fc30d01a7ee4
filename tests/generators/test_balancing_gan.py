import dataclasses

import keras
import numpy as np
import pytest
from network_checks import (
    RELU,
    check_adam,
    check_all_variables_are_listed,
    described,
    kernels_of,
    outputs,
    parameters_of_convolution,
    parameters_of_dense,
    shapes,
)
from tiny_bagan import build, placed, unit_latents

from deep_oversampling.errors import InputError
from deep_oversampling.generators.balancing_gan import BAGANSettings, BalancingGAN
from deep_oversampling.generators.blocks import draw_normal_latent

LEAKY_RELU = (-0.6, 3.0)
TANH = (np.tanh(-2), np.tanh(3))
DECODER = [
    ("Dense", (1024,), None, None, [RELU]),
    ("Dense", (6272,), None, None, [RELU, "upsample (2, 2)"]),
    ("Conv2D", (14, 14, 256), (5, 5), (1, 1), [RELU, "upsample (2, 2)"]),
    ("Conv2D", (28, 28, 128), (5, 5), (1, 1), [RELU]),
    ("Conv2D", (28, 28, 1), (2, 2), (1, 1), [TANH]),
]
CONVOLUTIONS = [
    ("Conv2D", (14, 14, 32), (3, 3), (2, 2), [LEAKY_RELU, "dropout 0.3"]),
    ("Conv2D", (14, 14, 64), (3, 3), (1, 1), [LEAKY_RELU, "dropout 0.3"]),
    ("Conv2D", (7, 7, 128), (3, 3), (2, 2), [LEAKY_RELU, "dropout 0.3"]),
    ("Conv2D", (7, 7, 256), (3, 3), (1, 1), [LEAKY_RELU, "dropout 0.3"]),
]


@pytest.fixture(scope="module")
def published():
    return BalancingGAN(BAGANSettings(), seed=3)


@pytest.fixture(scope="module")
def model():
    return build(seed=0)


def test_settings_are_the_published_code_s_and_the_paper_s():
    assert dataclasses.asdict(BAGANSettings()) == {
        "image_shape": (28, 28, 1),
        "n_classes": 10,
        "latent_size": 100,
        "generator_widths": (1024, 128, 256, 128),
        "encoder_widths": (32, 64, 128, 256),
        "reconstruction_learning_rate": 5e-5,
        "generator_learning_rate": 5e-5,
        "discriminator_learning_rate": 5e-5,
        "beta_1": 0.5,
    }


@pytest.mark.parametrize(
    ("network", "table", "bias"),
    [
        ("decoder", DECODER, False),
        ("encoder", [*CONVOLUTIONS, ("Dense", (100,), None, None, [])], True),
        ("discriminator", [*CONVOLUTIONS, ("Dense", (10 + 1,), None, None, [])], True),
    ],
)
def test_networks_are_the_published_ones(published, network, table, bias):
    for row, expected in zip(described(getattr(published, network), bias), table, strict=True):
        assert row == expected


def test_inputs_and_outputs(published):
    assert shapes(published.generator.inputs) == [(None, 100), (None, 10)]
    assert published.decoder.input_shape == published.encoder.output_shape == (None, 100)
    assert published.generator.output_shape == published.decoder.output_shape == (None, 28, 28, 1)
    assert published.encoder.input_shape == published.discriminator.input_shape == (None, 28, 28, 1)
    assert published.discriminator.output_shape == (None, 11)
    assert published.draw_latent is draw_normal_latent


def test_numbers_of_parameters(published):
    decoder = 100 * 1024 + 1024 * 7 * 7 * 128 + 5 * 5 * (128 * 256 + 256 * 128) + 2 * 2 * 128
    convolutions = sum(
        parameters_of_convolution(inputs, maps, size=3) for inputs, maps in ((1, 32), (32, 64), (64, 128), (128, 256))
    )
    assert published.decoder.count_params() == decoder
    assert published.encoder.count_params() == convolutions + parameters_of_dense(7 * 7 * 256, 100)
    assert published.discriminator.count_params() == convolutions + parameters_of_dense(7 * 7 * 256, 11)


def test_discriminator_s_convolutions_are_the_encoder_s(published):
    encoder, discriminator = (
        [layer for layer in network.layers if layer.weights] for network in (published.encoder, published.discriminator)
    )
    assert [layer is other for layer, other in zip(encoder, discriminator, strict=True)] == [True] * 4 + [False]


def test_initial_weights(published):
    kernels = kernels_of(published.decoder, published.encoder, published.discriminator)
    assert len(kernels) == 5 + 5 + 1
    for layer, kernel in kernels:
        *window, inputs, maps = kernel.shape
        deviation = np.sqrt(2 / (np.prod(window, initial=1) * (inputs + maps)))
        assert kernel.std() == pytest.approx(deviation, rel=4 / np.sqrt(2 * kernel.size))
        assert kernel.mean() == pytest.approx(0, abs=5 * deviation / np.sqrt(kernel.size))
        normal = isinstance(layer, keras.layers.Conv2D) and layer in published.decoder.layers
        assert (np.abs(kernel).max() > 1.8 * deviation) == normal
        assert layer.bias is None or not layer.bias.numpy().any()
    assert len({kernel.std() for _, kernel in kernels}) == 11


def test_optimisers_are_the_paper_s(published):
    for name in ("reconstruction", "generator", "discriminator"):
        check_adam(getattr(published, f"{name}_optimizer"), 5e-5)


def test_all_that_training_changes_is_listed():
    check_all_variables_are_listed(lambda: build(seed=0))


# Latent vectors of a class


@pytest.fixture(scope="module")
def scarce():
    """40 images of class 0 and, of classes 1 and 2, fewer than the latent vector is long: 3 and 2."""
    labels = np.repeat([1, 0, 2], [3, 40, 2])
    images = np.random.default_rng(2).random((45, 8, 8, 1)) * (0.3 + 0.3 * labels[:, None, None, None])
    return images.astype(np.float32), np.eye(3, dtype=np.float32)[labels]


@pytest.mark.parametrize("latent_size", [1, 4])
def test_latents_have_the_mean_and_covariance_of_their_class(scarce, latent_size):
    model = build(seed=1, latent_size=latent_size)
    images, labels = scarce
    model.learn_latents(images, labels)
    latents = unit_latents(latent_size)
    for code in np.eye(3, dtype=np.float32):
        encoded = outputs(model.encoder, 2 * images[labels @ code == 1] - 1, training=False).astype(np.float64)
        drawn = placed(model, latents, np.tile(code, (len(latents), 1)))
        np.testing.assert_allclose(drawn.mean(axis=0), encoded.mean(axis=0), rtol=1e-4, atol=1e-6)
        centred = encoded - encoded.mean(axis=0)
        covariance = centred.T @ centred / (len(encoded) - 1)
        assert np.trace(covariance) > 1e-4
        found = (drawn - drawn.mean(axis=0)).T @ (drawn - drawn.mean(axis=0)) / len(drawn)
        np.testing.assert_allclose(found, covariance, rtol=1e-3, atol=1e-4 * np.trace(covariance))


def test_latents_are_learnt_anew(scarce):
    model = build(seed=1)
    images, labels = scarce
    latents, codes = np.zeros((3, 4), np.float32), np.eye(3, dtype=np.float32)
    model.learn_latents(images, labels)
    first = placed(model, latents, codes)
    model.learn_latents(1 - images, labels)
    assert (placed(model, latents, codes) != first).all()


def test_a_class_of_one_image_is_refused(scarce):
    images, labels = (array[:-1] for array in scarce)
    with pytest.raises(InputError, match="BAGAN needs at least 2 images of every class; lower the imbalance ratio"):
        build(seed=0).learn_latents(images, labels)


def test_generated_images_are_the_decoded_ones_in_the_unit_interval(scarce):
    model = build(seed=0)
    model.learn_latents(*scarce)
    kernel = model.decoder.layers[-2].kernel
    kernel.assign(kernel.numpy() * 100)
    latent = draw_normal_latent(60, 4, np.random.default_rng(0))
    codes = np.tile(np.eye(3, dtype=np.float32), (20, 1))
    decoded = outputs(model.decoder, placed(model, latent, codes), training=False)
    assert np.ptp(decoded) > 1
    assert decoded.min() < -0.3
    found = outputs(model.generator, latent, codes, training=False)
    np.testing.assert_allclose(found, (decoded + 1) / 2, atol=1e-6)
    assert found.min() >= 0
    assert found.max() <= 1


def test_dropout_drops_three_in_ten_and_scales_the_others(published):
    dropout = next(layer for layer in published.encoder.layers if isinstance(layer, keras.layers.Dropout))
    dropped = dropout(keras.ops.ones((20, 7, 7, 9)), training=True)
    values = keras.ops.convert_to_numpy(dropped)
    zero = values == 0
    np.testing.assert_allclose(values[~zero], 1 / 0.7, rtol=1e-6)
    for axis in range(4):
        shares = zero.mean(axis=tuple(each for each in range(4) if each != axis))
        assert np.abs(shares - 0.3).max() < 5 * np.sqrt(0.3 * 0.7 / (zero.size / len(shares)))
    assert len(np.unique(zero.reshape(20, -1), axis=0)) == 20


def test_dropout_is_for_training_alone(model, tiny_set):
    images = tiny_set[0]
    for network in (model.encoder, model.discriminator):
        first, second = (outputs(network, images) for _ in range(2))
        assert (first != second).any(axis=1).all()
        first, second = (outputs(network, images, training=False) for _ in range(2))
        np.testing.assert_array_equal(first, second)
