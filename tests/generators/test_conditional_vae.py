import keras
import numpy as np
import pytest
from keras import ops
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit, log_expit
from scipy.stats import kstest, norm

from deep_oversampling.generators.blocks import bernoulli_negative_log_likelihood
from deep_oversampling.generators.conditional_vae import ConditionalVAE, CVAESettings, draw_latent
from deep_oversampling.training.backends import compile_epoch, minimize
from deep_oversampling.training.engine import shuffled_batches

TINY = {"image_shape": (8, 8, 1), "n_classes": 3, "latent_size": 4, "widths": (3, 4, 6)}
FIXED_NOISE = 1.5

LEAKY_RELU, RELU, SIGMOID = (-0.4, 3.0), (0.0, 3.0), (expit(-2), expit(3))
"""What an activation makes of −2 and 3."""

ENCODER = [
    ("Conv2D", (14, 14, 64), (4, 4), (2, 2), [LEAKY_RELU]),
    ("Conv2D", (7, 7, 128), (4, 4), (2, 2), ["batch-norm", LEAKY_RELU]),
    ("Dense", (1024,), None, None, ["batch-norm", LEAKY_RELU]),
    ("Dense", (124,), None, None, []),
]
DECODER = [
    ("Dense", (1024,), None, None, ["batch-norm", RELU]),
    ("Dense", (6272,), None, None, ["batch-norm", RELU]),
    ("Conv2DTranspose", (14, 14, 64), (4, 4), (2, 2), ["batch-norm", RELU]),
    ("Conv2DTranspose", (28, 28, 1), (4, 4), (2, 2), [SIGMOID]),
]


@pytest.fixture(scope="module")
def paper():
    return ConditionalVAE(CVAESettings(), seed=3)


@pytest.fixture(scope="module")
def tiny_set():
    generator = np.random.default_rng(0)
    labels = np.arange(12) % 3
    blocks = np.eye(3)[labels].repeat(8, axis=1)[:, :8, None, None] * np.ones((1, 1, 8, 1))
    images = 0.8 * blocks + 0.2 * generator.random((12, 8, 8, 1))
    return images.astype(np.float32), np.eye(3, dtype=np.float32)[labels]


@pytest.fixture(scope="module")
def still(tiny_set):
    """A model that doesn't learn and whose noise is constant, and its loss terms on the tiny set."""
    model = ConditionalVAE(CVAESettings(**TINY, learning_rate=0.0), seed=0)
    generator = np.random.default_rng(1)
    for network in (model.encoder, model.decoder):
        for variable in network.trainable_variables:
            variable.assign(generator.normal(0, 0.5, variable.shape))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.random, "normal", lambda shape, **_: FIXED_NOISE * ops.ones(shape))
        run_epoch = compile_epoch(model.step, tiny_set, model.variables)
        one_batch = np.arange(12, dtype=np.int32)[None]
        run_epoch(one_batch)
    return model, lambda: run_epoch(one_batch)


def described(network):
    """Every layer with weights as a row of the paper's tables, and what follows it."""
    rows = []
    for layer in network.layers:
        match layer:
            case keras.layers.Conv2D() | keras.layers.Conv2DTranspose() | keras.layers.Dense():
                assert layer.use_bias
                assert layer.activation is keras.activations.linear
                kernel, strides = getattr(layer, "kernel_size", None), getattr(layer, "strides", None)
                rows.append((type(layer).__name__, layer.output.shape[1:], kernel, strides, []))
            case keras.layers.BatchNormalization():
                assert (layer.momentum, layer.epsilon) == (0.9, 1e-5)
                rows[-1][-1].append("batch-norm")
            case keras.layers.LeakyReLU() | keras.layers.ReLU() | keras.layers.Activation():
                activated = ops.convert_to_numpy(layer(np.array([-2, 3], np.float32)))
                rows[-1][-1].append(pytest.approx(activated, rel=1e-6))
            case _:
                assert not layer.weights
    return rows


@pytest.mark.parametrize(("network", "table"), [("encoder", ENCODER), ("decoder", DECODER)])
def test_networks_are_the_paper_s(paper, network, table):
    for row, expected in zip(described(getattr(paper, network)), table, strict=True):
        assert row == expected


def test_inputs_and_outputs(paper):
    assert [tuple(each.shape) for each in paper.encoder.inputs] == [(None, 28, 28, 1), (None, 10)]
    assert [tuple(each.shape) for each in paper.decoder.inputs] == [(None, 62), (None, 10)]
    assert paper.decoder.output_shape == (None, 28, 28, 1)


def test_numbers_of_parameters(paper):
    def convolution(inputs, maps):
        return 4 * 4 * inputs * maps + maps

    def dense(inputs, units):
        return inputs * units + units

    def normalization(maps):
        return 4 * maps

    encoder = [
        convolution(1 + 10, 64),
        convolution(64, 128) + normalization(128),
        dense(7 * 7 * 128, 1024) + normalization(1024),
        dense(1024, 62 + 62),
    ]
    decoder = [
        dense(62 + 10, 1024) + normalization(1024),
        dense(1024, 7 * 7 * 128) + normalization(7 * 7 * 128),
        convolution(128, 64) - 64 + 64 + normalization(64),
        convolution(64, 1),
    ]
    assert paper.encoder.count_params() == sum(encoder)
    assert paper.decoder.count_params() == sum(decoder)
    assert sum(encoder) + sum(decoder) == pytest.approx(13.4e6, rel=0.005)


def test_encoder_sees_the_label_as_constant_maps(paper):
    first = next(layer for layer in paper.encoder.layers if isinstance(layer, keras.layers.Conv2D))
    images = np.random.default_rng(0).random((2, 28, 28, 1), dtype=np.float32)
    labels = np.eye(10, dtype=np.float32)[[7, 2]]
    seen = ops.convert_to_numpy(keras.Model(paper.encoder.inputs, first.input)([images, labels]))
    assert seen.shape == (2, 28, 28, 11)
    np.testing.assert_array_equal(seen[..., :1], images)
    np.testing.assert_array_equal(seen[..., 1:], np.broadcast_to(labels[:, None, None], (2, 28, 28, 10)))


def test_label_changes_what_encoder_and_decoder_give(still, tiny_set):
    model, _ = still
    images = tiny_set[0][:3]
    one, other = np.eye(3, dtype=np.float32), np.roll(np.eye(3, dtype=np.float32), 1, axis=0)
    latent = np.ones((3, 4), np.float32)
    for network, given in ((model.encoder, images), (model.decoder, latent)):
        first, second = (ops.convert_to_numpy(network([given, labels])) for labels in (one, other))
        assert np.abs(first - second).reshape(3, -1).max(axis=1).min() > 1e-3


def test_initial_weights(paper):
    kernels = []
    for layer in [*paper.encoder.layers, *paper.decoder.layers]:
        if hasattr(layer, "kernel"):
            kernel = layer.kernel.numpy()
            kernels.append(kernel)
            assert not layer.bias.numpy().any()
            truncated = isinstance(layer, keras.layers.Conv2D) and not isinstance(layer, keras.layers.Conv2DTranspose)
            assert (np.abs(kernel).max() <= 0.04) == truncated
            expected = 0.02 * (norm.expect(lambda x: x * x, lb=-2, ub=2, conditional=True) ** 0.5 if truncated else 1)
            assert kernel.std() == pytest.approx(expected, rel=4 / np.sqrt(2 * kernel.size))
            assert kernel.mean() == pytest.approx(0, abs=5 * 0.02 / np.sqrt(kernel.size))
    assert len(kernels) == 8
    assert len({kernel.ravel()[0] for kernel in kernels}) == 8


def test_optimiser_is_the_paper_s(paper):
    assert isinstance(paper.optimizer, keras.optimizers.Adam)
    assert float(paper.optimizer.learning_rate) == pytest.approx(1e-3)
    assert paper.optimizer.beta_1 == 0.5


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


def moments(model, tiny_set):
    """What the encoder says, in float64: means, and deviations by the stated formula."""
    found = ops.convert_to_numpy(model.encoder(list(tiny_set), training=True)).astype(np.float64)
    mean, raw = np.split(found, 2, axis=1)
    return mean, np.log1p(np.exp(raw)) + 1e-6


def divergence(mean, deviation):
    """E_q[log q − log p] by Gauss–Hermite quadrature, exact for a quadratic."""
    nodes, weights = hermegauss(5)
    drawn = mean[..., None] + deviation[..., None] * nodes
    log_ratio = norm.logpdf(drawn, mean[..., None], deviation[..., None]) - norm.logpdf(drawn)
    return (log_ratio @ weights / weights.sum()).sum(axis=1)


def reconstruction(model, tiny_set, latent):
    image, labels = tiny_set
    drawn = ops.convert_to_numpy(model.decoder([latent.astype(np.float32), labels], training=True)).astype(np.float64)
    return -np.sum(image * np.log(drawn) + (1 - image) * np.log(1 - drawn), axis=(1, 2, 3))


def test_loss_is_reconstruction_and_divergence(still, tiny_set):
    model, terms_of = still
    mean, deviation = moments(model, tiny_set)
    assert np.ptp(mean) > 1
    assert np.ptp(deviation) > 0.3
    latent = mean + deviation * FIXED_NOISE
    terms = terms_of()
    assert set(terms) == {"loss", "reconstruction", "divergence"}
    assert terms["divergence"] == pytest.approx(divergence(mean, deviation).mean(), rel=1e-4)
    assert terms["reconstruction"] == pytest.approx(reconstruction(model, tiny_set, latent).mean(), rel=1e-4)
    assert terms["loss"] == pytest.approx(terms["divergence"] + terms["reconstruction"], rel=1e-6)


def test_deviation_stays_above_a_millionth(still, tiny_set):
    model, terms_of = still
    head = model.encoder.layers[-1]
    kept = head.get_weights()
    head.set_weights([np.zeros((6, 8)), np.array([0.5, -1, 2, 0, -80, -80, -80, -80])])
    mean, deviation = np.array([[0.5, -1, 2, 0]]), np.full((1, 4), 1e-6)
    terms = terms_of()
    head.set_weights(kept)
    assert terms["divergence"] == pytest.approx(divergence(mean, deviation)[0], rel=1e-5)
    expected = reconstruction(model, tiny_set, mean.repeat(12, axis=0)).mean()
    assert terms["reconstruction"] == pytest.approx(expected, rel=1e-4)


@pytest.fixture(scope="module")
def fit(tiny_set):
    """Trains a model of any seed and learning rate in one compiled program, from its initial state on."""
    model = ConditionalVAE(CVAESettings(**TINY), seed=0)
    run_epoch = compile_epoch(model.step, tiny_set, model.variables)

    def train(seed, learning_rate, epochs):
        fresh = ConditionalVAE(CVAESettings(**TINY, learning_rate=learning_rate), seed)
        for variable, initial in zip(model.variables, fresh.variables, strict=True):
            variable.assign(initial)
        draw, generator = shuffled_batches(12, 6), np.random.default_rng(0)
        history = [run_epoch(draw(generator)) for _ in range(epochs)]
        for variable, final in zip(fresh.variables, model.variables, strict=True):
            variable.assign(final)
        return fresh, history

    return train


def test_training_noise_is_new_every_step(fit):
    _, (first, second) = fit(seed=0, learning_rate=0.0, epochs=2)
    assert first["reconstruction"] != second["reconstruction"]


@pytest.fixture(scope="module")
def trained(fit):
    return [fit(seed, learning_rate=0.01, epochs=200) for seed in (5, 5, 6)]


def weights(model):
    return [variable.numpy() for variable in model.encoder.variables + model.decoder.variables]


def test_training_lowers_the_loss(trained):
    for _, history in trained:
        for term in ("loss", "reconstruction"):
            assert history[9][term] < history[0][term]
            assert history[-1][term] < 0.8 * history[0][term]


def test_same_seed_gives_same_weights(trained):
    (first, first_history), (second, second_history), _ = trained
    for one, other in zip(weights(first), weights(second), strict=True):
        np.testing.assert_array_equal(one, other)
    assert first_history == second_history


def test_other_seed_gives_other_weights(trained):
    (first, _), _, (other, _) = trained
    assert all((one != another).any() for one, another in zip(weights(first), weights(other), strict=True))


def test_decoded_classes_look_like_the_classes(trained, tiny_set):
    images, labels = tiny_set
    model = trained[0][0]
    latent = draw_latent(30, 4, np.random.default_rng(0))
    drawn = ops.convert_to_numpy(model.decoder([latent, np.tile(np.eye(3, dtype=np.float32), (10, 1))]))
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    means = np.stack([images[labels[:, label] == 1].mean(axis=0) for label in range(3)])
    distances = np.linalg.norm((drawn[:, None] - means).reshape(30, 3, -1), axis=-1)
    np.testing.assert_array_equal(distances.argmin(axis=1), np.arange(30) % 3)


def test_latent_prior_is_standard_normal():
    latent = draw_latent(500, 62, np.random.default_rng(0))
    assert latent.shape == (500, 62)
    assert latent.dtype == np.float32
    assert kstest(latent.ravel(), "norm").pvalue > 0.01
    np.testing.assert_array_equal(draw_latent(500, 62, np.random.default_rng(0)), latent)
