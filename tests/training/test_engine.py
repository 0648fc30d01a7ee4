import math
import weakref

import keras
import numpy as np
import pytest
import toy_models
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from deep_oversampling.errors import InputError
from deep_oversampling.training.engine import Phase, forget_earlier_trainings, shuffled_batches, train


class Recorder:
    """Learns nothing; its terms are the mean of each batch and how many steps it has taken."""

    def __init__(self):
        self.steps = keras.Variable(0.0)
        self.variables = [self.steps]

    def step(self, values, weights):
        self.steps.assign_add(1.0)
        return {"mean": ops.mean(values), "product": ops.mean(values * weights), "steps": self.steps + 0.0}


class Failing:
    """Has a term that turns to ``value`` in the second of the epochs of two steps."""

    def __init__(self, value):
        self.steps = keras.Variable(0.0)
        self.variables = [self.steps]
        self.value = value

    def step(self, values):
        self.steps.assign_add(1.0)
        wrong = ops.where(self.steps > 2.5, ops.cast(self.value, "float32"), 1.0)
        return {"fine": ops.mean(values), "divergence": wrong}


def train_one_phase(model, arrays, draw_batches, *, epochs, **options):
    return train([Phase("training", model.step, epochs)], model.variables, arrays, draw_batches, **options)


def recorded(draw_batches, batches):
    def draw(generator):
        batches.append(draw_batches(generator))
        return batches[-1]

    return draw


@given(n_images=st.integers(1, 200), batch_size=st.integers(1, 70), seed=st.integers(0, 99))
def test_batches_hold_every_image_at_most_once(n_images, batch_size, seed):
    batches = shuffled_batches(n_images, batch_size)(np.random.default_rng(seed))
    assert batches.dtype == np.int32
    assert batches.shape[1] == min(batch_size, n_images)
    assert len(set(batches.ravel().tolist())) == batches.size
    assert batches.min() >= 0
    assert batches.max() < n_images
    assert n_images - batches.size < batches.shape[1]


@given(n_batches=st.integers(1, 20), batch_size=st.integers(1, 30), seed=st.integers(0, 99))
def test_whole_batches_hold_every_image_once(n_batches, batch_size, seed):
    n_images = n_batches * batch_size
    batches = shuffled_batches(n_images, batch_size)(np.random.default_rng(seed))
    np.testing.assert_array_equal(np.sort(batches.ravel()), np.arange(n_images))


def test_left_over_images_change_from_epoch_to_epoch():
    draw, generator = shuffled_batches(10, 4), np.random.default_rng(0)
    seen = [set(draw(generator).ravel().tolist()) for _ in range(30)]
    assert all(len(images) == 8 for images in seen)
    assert set.union(*seen) == set(range(10))


def test_terms_are_means_over_the_batches_drawn():
    values, weights = np.random.default_rng(0).normal(size=(2, 22)).astype(np.float32)
    batches = []
    history = train_one_phase(
        Recorder(),
        [values, weights],
        recorded(shuffled_batches(22, 4), batches),
        epochs=3,
        seed=1,
        name="recorder",
    )
    assert [epoch.number for epoch in history] == [1, 2, 3]
    assert len(batches) == 3
    for epoch, drawn in zip(history, batches, strict=True):
        assert epoch.images == 20
        assert epoch.terms["mean"] == pytest.approx(values[drawn].mean(), rel=1e-4)
        assert epoch.terms["product"] == pytest.approx((values * weights)[drawn].mean(), rel=1e-4)
    assert [epoch.terms["steps"] for epoch in history] == [3, 8, 13]


def test_every_epoch_is_reported_when_it_ends():
    reported, drawn_before = [], []
    batches = []

    def report(epoch):
        reported.append(epoch)
        drawn_before.append(len(batches))

    draw = recorded(shuffled_batches(8, 4), batches)
    values = np.zeros(8, np.float32)
    history = train_one_phase(Recorder(), [values, values], draw, epochs=3, seed=0, name="recorder", report=report)
    assert reported == history
    assert drawn_before == [1, 2, 3]
    assert all(epoch.seconds > 0 for epoch in history)


def test_seed_fixes_the_orders():
    def orders(seed):
        batches, values = [], np.zeros(12, np.float32)
        draw = recorded(shuffled_batches(12, 4), batches)
        train_one_phase(Recorder(), [values, values], draw, epochs=2, seed=seed, name="recorder")
        return np.array(batches)

    first = orders(7)
    np.testing.assert_array_equal(orders(7), first)
    assert (first[0] != first[1]).any()
    assert (orders(8) != first).any()


@pytest.mark.parametrize(("value", "written"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_term_that_is_not_finite_is_reported(value, written):
    reported = []
    with pytest.raises(InputError) as caught:
        train_one_phase(
            Failing(value),
            [np.ones(6, np.float32)],
            shuffled_batches(6, 3),
            epochs=9,
            seed=0,
            name="R-CVAE",
            report=reported.append,
        )
    assert str(caught.value) == (
        f"R-CVAE: divergence became {written} in epoch 2; try a lower learning rate or another seed"
    )
    assert [epoch.number for epoch in reported] == [1]


def test_phases_follow_one_another_and_prepare_runs_once_between():
    model, events = toy_models.NoisyTwoPhases(), []
    inputs = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    targets = np.arange(12, dtype=np.float32)

    def report(epoch):
        events.append((epoch.phase, epoch.number, epoch.last, list(epoch.terms), len(model.prepared_with)))

    history = train(
        model.phases(2, 3), model.variables, [inputs, targets], shuffled_batches(12, 4), seed=0, name="", report=report
    )
    assert events == [
        ("first", 1, 2, ["zeta", "largest"], 0),
        ("first", 2, 2, ["zeta", "largest"], 0),
        ("second", 1, 3, ["alpha", "largest"], 1),
        ("second", 2, 3, ["alpha", "largest"], 1),
        ("second", 3, 3, ["alpha", "largest"], 1),
    ]
    assert [epoch.number for epoch in history] == [1, 2, 1, 2, 3]
    [given_arrays] = model.prepared_with
    np.testing.assert_array_equal(given_arrays[0], inputs)
    np.testing.assert_array_equal(given_arrays[1], targets)


def test_what_prepare_changes_is_what_its_phase_trains_on():
    position = keras.Variable(1.0)

    def advance(values):
        position.assign_add(ops.mean(values))
        return {"position": position + 0.0}

    phases = [
        Phase("walk", advance, 2),
        Phase("leap", advance, 1, prepare=lambda values: position.assign(10 * position + values.sum())),
    ]
    values = np.full(6, 2.0, np.float32)
    history = train(phases, [position], [values], shuffled_batches(6, 3), seed=0, name="walker")
    # Two steps of 2 an epoch, from 1; each epoch's term is the mean over its two steps.
    assert [epoch.terms["position"] for epoch in history] == [4, 8, (104 + 106) / 2]
    assert float(position) == 106


def test_a_term_that_is_not_finite_in_a_later_phase_is_reported():
    model = Failing(math.nan)
    phases = [Phase("first", model.step, 1), Phase("second", model.step, 3)]
    with pytest.raises(InputError, match=r"BAGAN: divergence became nan in epoch 1"):
        train(phases, model.variables, [np.ones(6, np.float32)], shuffled_batches(6, 3), seed=0, name="BAGAN")


def test_an_earlier_training_is_forgotten():
    """Nothing keeps the memory of its variables, TensorFlow's handles of them included."""
    generator = np.random.default_rng(0)
    arrays = [generator.normal(size=(12, size)).astype(np.float32) for size in (5, 1)]

    def train_a_network():
        forget_earlier_trainings()
        model = toy_models.NormalizedNetwork(5, seed=1)
        train_one_phase(model, [arrays[0], arrays[1][:, 0]], shuffled_batches(12, 4), epochs=1, seed=0, name="network")
        values = [variable.value for variable in model.variables if variable.shape]
        return [weakref.ref(getattr(value, "handle", value)) for value in values]

    earlier, _ = train_a_network(), train_a_network()
    assert len(earlier) > 8
    assert [reference() for reference in earlier] == [None] * len(earlier)
