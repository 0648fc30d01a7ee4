import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from network_checks import (
    FEATURES,
    GENERATOR,
    LEAKY_RELU,
    TINY,
    CompiledTraining,
    check_adam,
    check_all_variables_are_listed,
    check_paper_s_initial_weights,
    check_weights_follow_the_seed,
    cross_entropy,
    descend,
    described,
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
from deep_oversampling.generators.auxiliary_classifier_gan import ACGANSettings, AuxiliaryClassifierGAN
from deep_oversampling.generators.blocks import draw_uniform_latent

CLASSIFIER = [
    ("Dense", (128,), None, None, ["batch-norm", LEAKY_RELU]),
    ("Dense", (10,), None, None, []),
]


def build(seed, **settings):
    return AuxiliaryClassifierGAN(ACGANSettings(**{**TINY, "classifier_units": 5, **settings}), seed)


@pytest.fixture(scope="module")
def paper():
    return AuxiliaryClassifierGAN(ACGANSettings(), seed=3)


def test_settings_are_the_paper_s():
    assert dataclasses.asdict(ACGANSettings()) == {
        "image_shape": (28, 28, 1),
        "n_classes": 10,
        "latent_size": 62,
        "widths": (64, 128, 1024),
        "beta_1": 0.5,
        "generator_learning_rate": 2e-4,
        "discriminator_learning_rate": 1e-3,
        "classifier_learning_rate": 1e-3,
        "classifier_units": 128,
    }


@pytest.mark.parametrize(
    ("network", "table"),
    [
        ("generator", GENERATOR),
        ("features", FEATURES),
        ("discriminator", [*FEATURES, ("Dense", (1,), None, None, [])]),
        ("classifier", CLASSIFIER),
    ],
)
def test_networks_are_the_paper_s(paper, network, table):
    for row, expected in zip(described(getattr(paper, network)), table, strict=True):
        assert row == expected


def test_inputs_and_outputs(paper):
    assert shapes(paper.generator.inputs) == [(None, 62), (None, 10)]
    assert paper.generator.output_shape == (None, 28, 28, 1)
    assert shapes(paper.discriminator.inputs) == shapes(paper.features.inputs) == [(None, 28, 28, 1)]
    assert paper.discriminator.output_shape == (None, 1)
    assert paper.features.output_shape == paper.classifier.input_shape == (None, 1024)
    assert paper.classifier.output_shape == (None, 10)
    assert paper.draw_latent is draw_uniform_latent


def test_numbers_of_parameters(paper):
    classifier = parameters_of_dense(1024, 128) + 4 * 128 + parameters_of_dense(128, 10)
    assert paper.generator.count_params() == parameters_of_generator()
    assert paper.discriminator.count_params() == parameters_of_features(1) + parameters_of_dense(1024, 1)
    assert paper.classifier.count_params() == classifier


def test_initial_weights(paper):
    check_paper_s_initial_weights(
        paper.generator, paper.discriminator, paper.features, paper.classifier, count=4 + 4 + 2
    )


def test_optimisers_are_the_paper_s(paper):
    check_adam(paper.generator_optimizer, 2e-4)
    check_adam(paper.discriminator_optimizer, 1e-3)
    check_adam(paper.classifier_optimizer, 1e-3)


def test_all_that_training_changes_is_listed():
    check_all_variables_are_listed(lambda: build(seed=0))


# One step


@pytest.fixture
def model():
    model = build(seed=0)
    spread(model.generator, model.discriminator, model.classifier)
    return model


@pytest.fixture
def noise(model):
    """The noise of the model's next step."""
    twin = keras.random.SeedGenerator(0)
    twin.state.assign(model.noise.state)
    return ops.convert_to_numpy(draw_uniform_noise(np.zeros((12, 3)), 4, twin))


def expected_terms(model, noise, images, labels):
    generated = outputs(model.generator, noise, labels)
    real, fake = (outputs(model.discriminator, each) for each in (images, generated))
    classes_of_real, classes_of_fake = (
        outputs(model.classifier, outputs(model.features, each)) for each in (images, generated)
    )
    return {
        "discriminator_real": taken_for_real(real),
        "discriminator_fake": taken_for_fake(fake),
        "generator": taken_for_real(fake),
        "classifier_real": cross_entropy(classes_of_real, labels),
        "classifier_fake": cross_entropy(classes_of_fake, labels),
    }


def total(model, noise, tiny_set, *names):
    terms = expected_terms(model, noise, *tiny_set)
    return sum(terms[name] for name in names)


def check_terms(found, expected):
    assert found == {name: pytest.approx(value, rel=1e-4) for name, value in expected.items()}


def check_differ(before, after, names):
    assert min(abs(before[name] - after[name]) for name in names) > 0.003


def test_terms_are_cross_entropies(model, noise, tiny_set):
    stand_still(model)
    expected = expected_terms(model, noise, *tiny_set)
    check_terms(take_step(model.step, model.variables, tiny_set), expected)
    assert np.ptp([*expected.values()]) > 0.1
    assert abs(expected["classifier_real"] - expected["classifier_fake"]) > 0.003


def test_discriminator_update(model, noise, tiny_set):
    before = expected_terms(model, noise, *tiny_set)
    trained = model.discriminator.trainable_variables
    terms, moved, steepness = descend(model, "discriminator_optimizer", trained, tiny_set, rate=0.5)
    assert kernel_ids(model.discriminator) <= moved <= ids(trained)
    after = expected_terms(model, noise, *tiny_set)
    check_differ(before, after, ["generator", "classifier_real", "classifier_fake"])
    check_terms(terms, {**after, **{name: before[name] for name in ("discriminator_real", "discriminator_fake")}})
    names = ("discriminator_real", "discriminator_fake")
    assert steepness(lambda: total(model, noise, tiny_set, *names)) == pytest.approx(1, rel=0.02)


def test_generator_update(model, noise, tiny_set):
    before = expected_terms(model, noise, *tiny_set)
    trained = model.generator.trainable_variables
    terms, moved, steepness = descend(model, "generator_optimizer", trained, tiny_set, rate=0.5)
    assert kernel_ids(model.generator) <= moved <= ids(trained)
    after = expected_terms(model, noise, *tiny_set)
    check_differ(before, after, ["classifier_fake"])
    check_terms(terms, {**before, "classifier_fake": after["classifier_fake"]})
    assert steepness(lambda: total(model, noise, tiny_set, "generator")) == pytest.approx(1, rel=0.02)


def test_classification_update(model, noise, tiny_set):
    before = expected_terms(model, noise, *tiny_set)
    networks = (model.generator, model.features, model.classifier)
    trained = [variable for network in networks for variable in network.trainable_variables]
    terms, moved, steepness = descend(model, "classifier_optimizer", trained, tiny_set)
    assert kernel_ids(*networks) <= moved <= ids(trained)
    assert moved.isdisjoint(ids(model.discriminator.layers[-1].weights))
    check_terms(terms, before)
    names = ("classifier_real", "classifier_fake")
    assert steepness(lambda: total(model, noise, tiny_set, *names)) == pytest.approx(1, rel=0.02)


def test_noise_is_new_every_step(model, tiny_set):
    stand_still(model)
    first, second = (take_step(model.step, model.variables, tiny_set) for _ in range(2))
    assert first["discriminator_real"] == second["discriminator_real"]
    assert first["discriminator_fake"] != second["discriminator_fake"]


# Many steps


def test_same_seed_gives_same_weights(tiny_set):
    check_weights_follow_the_seed(build, ["generator", "discriminator", "classifier"], tiny_set)


@pytest.fixture(scope="module")
def trained(tiny_set):
    train = CompiledTraining(build, tiny_set)
    rates = {f"{name}_learning_rate": 0.003 for name in ("generator", "discriminator", "classifier")}
    models = [build(seed, **rates) for seed in (5, 5, 6)]
    return [(model, train(model, epochs=200)) for model in models]


@pytest.mark.slow
def test_training_teaches_the_classifier(trained, tiny_set):
    images, labels = tiny_set
    for model, history in trained:
        assert history[-1]["classifier_real"] < 0.3 * history[0]["classifier_real"]
        classes = outputs(model.classifier, outputs(model.features, images)).argmax(axis=1)
        np.testing.assert_array_equal(classes, labels.argmax(axis=1))


@pytest.mark.slow
def test_generated_classes_are_told_apart(trained):
    for model, history in trained:
        assert history[-1]["classifier_fake"] < 0.3 * history[0]["classifier_fake"]
        latent = model.draw_latent(30, 4, np.random.default_rng(0))
        drawn = outputs(model.generator, latent, np.tile(np.eye(3, dtype=np.float32), (10, 1)))
        classes = outputs(model.classifier, outputs(model.features, drawn)).argmax(axis=1)
        np.testing.assert_array_equal(classes, np.arange(30) % 3)
