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
    taken_for_fake,
    taken_for_real,
)

from deep_oversampling.generators.adversarial import draw_uniform_noise
from deep_oversampling.generators.blocks import draw_uniform_latent
from deep_oversampling.generators.conditional_gan import CGANSettings, ConditionalGAN


def build(seed, **settings):
    return ConditionalGAN(CGANSettings(**{**TINY, **settings}), seed)


@pytest.fixture(scope="module")
def paper():
    return ConditionalGAN(CGANSettings(), seed=3)


def test_settings_are_the_paper_s():
    assert dataclasses.asdict(CGANSettings()) == {
        "image_shape": (28, 28, 1),
        "n_classes": 10,
        "latent_size": 62,
        "widths": (64, 128, 1024),
        "beta_1": 0.5,
        "generator_learning_rate": 2e-4,
        "discriminator_learning_rate": 1e-3,
    }


@pytest.mark.parametrize(
    ("network", "table"),
    [("generator", GENERATOR), ("discriminator", [*FEATURES, ("Dense", (1,), None, None, [])])],
)
def test_networks_are_the_paper_s(paper, network, table):
    for row, expected in zip(described(getattr(paper, network)), table, strict=True):
        assert row == expected


def test_inputs_and_outputs(paper):
    assert shapes(paper.generator.inputs) == [(None, 62), (None, 10)]
    assert paper.generator.output_shape == (None, 28, 28, 1)
    assert shapes(paper.discriminator.inputs) == [(None, 28, 28, 1), (None, 10)]
    assert paper.discriminator.output_shape == (None, 1)
    assert paper.draw_latent is draw_uniform_latent


def test_numbers_of_parameters(paper):
    assert paper.generator.count_params() == parameters_of_generator()
    assert paper.discriminator.count_params() == parameters_of_features(1 + 10) + parameters_of_dense(1024, 1)


def test_initial_weights(paper):
    check_paper_s_initial_weights(paper.generator, paper.discriminator, count=4 + 4)


def test_optimisers_are_the_paper_s(paper):
    check_adam(paper.generator_optimizer, 2e-4)
    check_adam(paper.discriminator_optimizer, 1e-3)


def test_discriminator_sees_the_label_as_constant_maps(paper):
    images = np.random.default_rng(0).random((2, 28, 28, 1), dtype=np.float32)
    labels = np.eye(10, dtype=np.float32)[[7, 2]]
    seen = first_convolution_sees(paper.discriminator, [images, labels])
    assert seen.shape == (2, 28, 28, 11)
    np.testing.assert_array_equal(seen[..., :1], images)
    np.testing.assert_array_equal(seen[..., 1:], np.broadcast_to(labels[:, None, None], (2, 28, 28, 10)))


def test_all_that_training_changes_is_listed():
    check_all_variables_are_listed(lambda: build(seed=0))


# One step


@pytest.fixture
def model():
    model = build(seed=0)
    spread(model.generator, model.discriminator)
    return model


@pytest.fixture
def noise(model):
    """The noise of the model's next step."""
    twin = keras.random.SeedGenerator(0)
    twin.state.assign(model.noise.state)
    return ops.convert_to_numpy(draw_uniform_noise(np.zeros((12, 3)), 4, twin))


def logits(model, images, labels):
    return outputs(model.discriminator, images, labels)


def logits_of_fake(model, noise, labels):
    return logits(model, outputs(model.generator, noise, labels), labels)


def discriminator_loss(model, noise, images, labels):
    return taken_for_real(logits(model, images, labels)) + taken_for_fake(logits_of_fake(model, noise, labels))


def test_terms_are_cross_entropies(model, noise, tiny_set):
    images, labels = tiny_set
    stand_still(model)
    real, fake = logits(model, images, labels), logits_of_fake(model, noise, labels)
    assert min(np.ptp(real), np.ptp(fake)) > 0.5
    assert take_step(model.step, model.variables, tiny_set) == {
        "discriminator_real": pytest.approx(taken_for_real(real), rel=1e-4),
        "discriminator_fake": pytest.approx(taken_for_fake(fake), rel=1e-4),
        "generator": pytest.approx(taken_for_real(fake), rel=1e-4),
    }


def test_discriminator_update(model, noise, tiny_set):
    images, labels = tiny_set
    before = taken_for_real(logits_of_fake(model, noise, labels))
    trained = model.discriminator.trainable_variables
    terms, moved, steepness = descend(model, "discriminator_optimizer", trained, tiny_set)
    assert kernel_ids(model.discriminator) <= moved <= ids(trained)
    after = taken_for_real(logits_of_fake(model, noise, labels))
    assert abs(after - before) > 0.01
    assert terms["generator"] == pytest.approx(after, rel=1e-4)
    assert steepness(lambda: discriminator_loss(model, noise, images, labels)) == pytest.approx(1, rel=0.02)


def test_generator_update(model, noise, tiny_set):
    _, labels = tiny_set
    trained = model.generator.trainable_variables
    _, moved, steepness = descend(model, "generator_optimizer", trained, tiny_set)
    assert kernel_ids(model.generator) <= moved <= ids(trained)
    assert steepness(lambda: taken_for_real(logits_of_fake(model, noise, labels))) == pytest.approx(1, rel=0.02)


def test_noise_is_new_every_step(model, tiny_set):
    stand_still(model)
    first, second = (take_step(model.step, model.variables, tiny_set) for _ in range(2))
    assert first["discriminator_real"] == second["discriminator_real"]
    assert first["discriminator_fake"] != second["discriminator_fake"]


def test_label_changes_what_the_networks_give(model, tiny_set):
    images = tiny_set[0][:3]
    one, other = np.eye(3, dtype=np.float32), np.roll(np.eye(3, dtype=np.float32), 1, axis=0)
    latent = np.ones((3, 4), np.float32)
    for network, given in ((model.discriminator, images), (model.generator, latent)):
        first, second = (outputs(network, given, labels, training=False) for labels in (one, other))
        assert np.abs(first - second).reshape(3, -1).max(axis=1).min() > 1e-3


# Many steps


@pytest.fixture(scope="module")
def trained(tiny_set):
    train = CompiledTraining(build, tiny_set)
    models = [build(seed, generator_learning_rate=0.005, discriminator_learning_rate=0.005) for seed in (5, 5, 6)]
    return [(model, train(model, epochs=200)) for model in models]


def test_same_seed_gives_same_weights(trained):
    check_same_seed_same_weights(*(model.generator.trainable_variables for model, _ in trained))
    check_same_seed_same_weights(*(model.discriminator.trainable_variables for model, _ in trained))
    assert trained[0][1] == trained[1][1]


def test_generated_classes_look_like_the_classes(trained, tiny_set):
    codes = np.tile(np.eye(3, dtype=np.float32), (10, 1))
    right = []
    for model, _ in trained:
        latent = model.draw_latent(30, 4, np.random.default_rng(0))
        drawn = outputs(model.generator, latent, codes, training=False)
        right.append(closest_class(drawn, *tiny_set) == np.arange(30) % 3)
    assert np.mean(right) > 0.6
