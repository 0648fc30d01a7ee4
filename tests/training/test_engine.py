import math

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.schemas import HISTORY
from deep_oversampling.storage import read_frame, write_table
from deep_oversampling.training.engine import Epoch, history_frame, shuffled_batches, train


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
    history = train(
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
    history = train(Recorder(), [values, values], draw, epochs=3, seed=0, name="recorder", report=report)
    assert reported == history
    assert drawn_before == [1, 2, 3]
    assert all(epoch.seconds > 0 for epoch in history)


def test_seed_fixes_the_orders():
    def orders(seed):
        batches, values = [], np.zeros(12, np.float32)
        draw = recorded(shuffled_batches(12, 4), batches)
        train(Recorder(), [values, values], draw, epochs=2, seed=seed, name="recorder")
        return np.array(batches)

    first = orders(7)
    np.testing.assert_array_equal(orders(7), first)
    assert (first[0] != first[1]).any()
    assert (orders(8) != first).any()


@pytest.mark.parametrize(("value", "written"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_term_that_is_not_finite_is_reported(value, written):
    reported = []
    with pytest.raises(InputError) as caught:
        train(
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


def test_history_is_rows_of_its_schema(tmp_path):
    history = [
        Epoch(1, {"loss": 3.5, "divergence": 1.0}, seconds=2.0, images=100),
        Epoch(2, {"loss": 2.5, "divergence": 0.5}, seconds=0.5, images=100),
    ]
    frame = history_frame(history, phase="adversarial")
    assert list(frame.columns) == HISTORY.names
    path = tmp_path / "history.parquet"
    write_table(path, frame, HISTORY, Provenance("history"))
    assert [tuple(row) for row in read_frame(path, HISTORY).itertuples(index=False)] == [
        ("adversarial", 1, "loss", 3.5, 2.0, 50.0),
        ("adversarial", 1, "divergence", 1.0, 2.0, 50.0),
        ("adversarial", 2, "loss", 2.5, 0.5, 200.0),
        ("adversarial", 2, "divergence", 0.5, 0.5, 200.0),
    ]
    assert set(history_frame(history)["phase"]) == {"training"}
