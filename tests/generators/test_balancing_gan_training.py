import keras
import numpy as np
import pytest
from keras import ops
from network_checks import (
    CompiledTraining,
    check_same_seed_same_weights,
    check_weights_follow_the_seed,
    closest_class,
    cross_entropy,
    descend,
    ids,
    kernel_ids,
    outputs,
    spread,
    stand_still,
    take_step,
)
from scipy.stats import chisquare, kstest
from tiny_bagan import build, without_dropout

N_REAL, N_FAKE = 10, 4
"""A batch that 3 classes don't divide, and a class's share of it."""


@pytest.fixture
def batch(tiny_set):
    return [array[:N_REAL] for array in tiny_set]


@pytest.fixture
def model(tiny_set):
    model = without_dropout(build(seed=0))
    spread(model.encoder, model.discriminator, model.decoder)
    model.learn_latents(*tiny_set)
    return model


def latents_of(count):
    return np.random.default_rng(count).standard_normal((count, 4)).astype(np.float32)


def classes_of(count):
    return np.random.default_rng(count + 1).integers(3, size=count).astype(np.int32)


@pytest.fixture
def fixed_draws(monkeypatch):
    """What is drawn is known and depends on how much is drawn."""
    monkeypatch.setattr(keras.random, "normal", lambda shape, **_: ops.convert_to_tensor(latents_of(shape[0])))

    def randint(shape, minval, maxval, **_):
        assert (minval, maxval) == (0, 3)
        return ops.convert_to_tensor(classes_of(shape[0]))

    monkeypatch.setattr(keras.random, "randint", randint)


def generated(model, count):
    codes = np.eye(3, dtype=np.float32)[classes_of(count)]
    return outputs(model.generator, latents_of(count), codes), np.pad(codes, ((0, 0), (0, 1)))


def discriminator_loss(model, images, labels):
    fakes, _ = generated(model, N_FAKE)
    classes = np.concatenate([np.pad(labels, ((0, 0), (0, 1))), np.tile([0, 0, 0, 1], (N_FAKE, 1))])
    return cross_entropy(outputs(model.discriminator, 2 * np.concatenate([images, fakes]) - 1), classes)


def generator_loss(model):
    fakes, wanted = generated(model, N_REAL + N_FAKE)
    return cross_entropy(outputs(model.discriminator, 2 * fakes - 1), wanted)


def reconstruction(model, images):
    return np.mean((outputs(model.decoder, outputs(model.encoder, 2 * images - 1)) - (2 * images - 1)) ** 2)


@pytest.mark.usefixtures("fixed_draws")
def test_terms_are_cross_entropies(model, batch):
    stand_still(model)
    expected = {"discriminator": discriminator_loss(model, *batch), "generator": generator_loss(model)}
    found = take_step(model.step, model.variables, batch)
    assert found == {name: pytest.approx(value, rel=1e-4) for name, value in expected.items()}


@pytest.mark.usefixtures("fixed_draws")
def test_discriminator_update(model, batch):
    before = generator_loss(model)
    trained = model.discriminator.trainable_variables
    terms, moved, steepness = descend(model, "discriminator_optimizer", trained, batch)
    assert kernel_ids(model.discriminator) <= moved <= ids(trained)
    assert moved.isdisjoint(ids(model.encoder.layers[-1].weights))
    after = generator_loss(model)
    assert abs(before - after) > 0.01
    assert terms["generator"] == pytest.approx(after, rel=1e-4)
    assert steepness(lambda: discriminator_loss(model, *batch)) == pytest.approx(1, rel=0.02)


@pytest.mark.usefixtures("fixed_draws")
def test_generator_update(model, batch):
    trained = model.decoder.trainable_variables
    _, moved, steepness = descend(model, "generator_optimizer", trained, batch)
    assert kernel_ids(model.decoder) <= moved <= ids(trained)
    assert steepness(lambda: generator_loss(model)) == pytest.approx(1, rel=0.02)


def test_reconstruction_update(model, batch):
    before = reconstruction(model, batch[0])
    trained = model.encoder.trainable_variables + model.decoder.trainable_variables
    terms, moved, steepness = descend(model, "reconstruction_optimizer", trained, batch, model.reconstruct)
    assert kernel_ids(model.encoder, model.decoder) <= moved <= ids(trained)
    assert moved.isdisjoint(ids(model.discriminator.layers[-1].weights))
    assert terms == {"reconstruction": pytest.approx(before, rel=1e-4)}
    assert steepness(lambda: reconstruction(model, batch[0])) == pytest.approx(1, rel=0.02)


def test_draws_are_new_every_step(model, batch):
    stand_still(model)
    first, second = (take_step(model.step, model.variables, batch) for _ in range(2))
    assert first["discriminator"] != second["discriminator"]
    assert first["generator"] != second["generator"]


class Spy:
    """Calls a network and keeps what it was given."""

    def __init__(self, network):
        self.network, self.variables, self.seen = network, network.variables, []

    def __call__(self, inputs, training):
        self.seen.append([ops.convert_to_numpy(each) for each in inputs])
        return self.network(inputs, training=training)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="looks at values while a step runs")
def test_latents_are_standard_normal_and_classes_uniform(model, tiny_set):
    model.generator = Spy(model.generator)
    take_step(model.step, model.variables, [np.tile(array, (100, 1, 1, 1)[: array.ndim]) for array in tiny_set])
    (latent, codes), (other_latent, other_codes) = model.generator.seen
    assert (len(latent), len(other_latent)) == (400, 1600)
    for latents, labels in ((latent, codes), (other_latent, other_codes)):
        assert kstest(latents.ravel(), "norm").pvalue > 0.01
        assert set(labels.ravel()) == {0, 1}
        assert (labels.sum(axis=1) == 1).all()
        assert chisquare(labels.sum(axis=0)).pvalue > 0.01
    assert (latent != other_latent[:400]).mean() > 0.99


# Many steps

RATES = {f"{name}_learning_rate": 0.003 for name in ("reconstruction", "generator", "discriminator")}


def test_same_seed_gives_same_autoencoder(tiny_set):
    check_weights_follow_the_seed(build, ["encoder", "decoder"], tiny_set, steps=["reconstruct"])


def test_autoencoder_lowers_the_error(tiny_set):
    model = build(0, reconstruction_learning_rate=0.01)
    errors = [take_step(model.reconstruct, model.variables, tiny_set)["reconstruction"] for _ in range(25)]
    assert errors[-1] < 0.7 * errors[0]


@pytest.fixture(scope="module")
def compete(tiny_set):
    return CompiledTraining(build, tiny_set)


@pytest.fixture(scope="module")
def rivals(compete, tiny_set):
    """Three models with their history; they were no autoencoders before."""
    results = []
    for seed in (5, 5, 6):
        model = build(seed, **RATES)
        model.learn_latents(*tiny_set)
        results.append((model, compete(model, epochs=50)))
    return results


def test_same_seed_gives_same_weights(rivals):
    for network in ("decoder", "discriminator"):
        check_same_seed_same_weights(*(getattr(model, network).trainable_variables for model, _ in rivals))
    assert rivals[0][1] == rivals[1][1]


def test_discriminator_learns(rivals):
    for _, history in rivals:
        assert history[-1]["discriminator"] < 0.8 * history[0]["discriminator"]


@pytest.mark.slow
def test_generated_classes_look_like_the_classes(compete, tiny_set):
    reconstruct = CompiledTraining(build, tiny_set, "reconstruct")
    model = build(5, **RATES)
    reconstruct(model, epochs=200)
    model.learn_latents(*tiny_set)
    compete(model, epochs=50)
    latent = model.draw_latent(30, 4, np.random.default_rng(0))
    drawn = outputs(model.generator, latent, np.tile(np.eye(3, dtype=np.float32), (10, 1)), training=False)
    np.testing.assert_array_equal(closest_class(drawn, *tiny_set), np.arange(30) % 3)
