"""Fitting stacked classifiers and reading off their probabilities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from keras import ops

from deep_oversampling.classifier.stacked_mlp import MLPSettings, StackedMLP
from deep_oversampling.storage import ImageSet
from deep_oversampling.training.engine import Phase, train

_PREDICTION_CHUNK = 1000


@dataclass(frozen=True)
class TrainingPool:
    """Images that several classifiers draw their training sets from.

    Attributes
    ----------
    images : ndarray of shape (n_images, n_pixels), dtype float32
        In [0, 1].
    labels : ndarray of shape (n_images,), dtype uint8
    synthetic : ndarray of shape (n_images,), dtype bool
    """

    images: np.ndarray
    labels: np.ndarray
    synthetic: np.ndarray

    @classmethod
    def join(cls, real: ImageSet, synthetic: Sequence[ImageSet]) -> "TrainingPool":
        """Put a real set and synthetic ones behind each other."""
        parts = [real, *synthetic]
        return cls(
            images=np.concatenate([part.scaled() for part in parts]),
            labels=np.concatenate([part.labels for part in parts]),
            synthetic=np.arange(sum(map(len, parts))) >= len(real),
        )


def fit_classifiers(
    pool: TrainingPool,
    rows: Sequence[np.ndarray],
    synthetic_weights: np.ndarray,
    n_classes: int,
    settings: MLPSettings,
    seeds: Sequence[int],
    name: str,
) -> StackedMLP:
    """Train one group of classifiers on each set of rows, one candidate a weight.

    Parameters
    ----------
    pool : TrainingPool
    rows : sequence of ndarray of shape (n_rows,)
        The training set of each group, as positions in the pool.
    synthetic_weights : ndarray of shape (n_candidates,)
        Sample weight of the synthetic images; real images weigh 1.
    n_classes : int
    settings : MLPSettings
    seeds : sequence of int
        One for each group.
    name : str
        What is trained, for messages.

    Returns
    -------
    StackedMLP
        Trained.

    Raises
    ------
    InputError
        If a loss isn't finite.
    """
    model = StackedMLP(pool.images.shape[1], n_classes, seeds, synthetic_weights, settings)
    padding = len(pool.labels)
    one_hot = (pool.labels[:, None] == np.arange(n_classes)).astype(np.float32)
    arrays = [
        np.pad(pool.images, ((0, 1), (0, 0))),
        np.pad(one_hot, ((0, 1), (0, 0))),
        np.pad(pool.synthetic.astype(np.float32), (0, 1)),
        np.pad(np.ones(padding, np.float32), (0, 1)),
    ]
    train(
        [Phase("training", model.step, settings.epochs)],
        model.variables,
        arrays,
        _grouped_batches(rows, settings.batch_size, padding),
        seed=seeds[0],
        name=name,
    )
    return model


def probabilities(model: StackedMLP, images: np.ndarray) -> np.ndarray:
    """Return class probabilities of every model.

    Parameters
    ----------
    model : StackedMLP
    images : ndarray of shape (n_images, n_features) or (n_groups, n_images, n_features)
        In [0, 1]; the same for all groups, or each group's own.

    Returns
    -------
    ndarray of shape (n_groups, n_candidates, n_images, n_classes), dtype float32
    """
    if images.ndim == 2:
        images = images[None]
    starts = range(0, images.shape[1], _PREDICTION_CHUNK)
    chunks = [ops.convert_to_tensor(images[:, start : start + _PREDICTION_CHUNK]) for start in starts]
    predicted = [ops.softmax(model.logits(chunk, training=False)) for chunk in chunks]
    return np.concatenate([ops.convert_to_numpy(chunk) for chunk in predicted], axis=2)


def _grouped_batches(
    rows: Sequence[np.ndarray], batch_size: int, padding: int
) -> Callable[[np.random.Generator], np.ndarray]:
    n_batches = -(-max(map(len, rows)) // batch_size)

    def draw(generator: np.random.Generator) -> np.ndarray:
        batches = np.full((len(rows), n_batches * batch_size), padding, np.int32)
        for order, group_rows in zip(batches, rows, strict=True):
            order[: len(group_rows)] = generator.permutation(group_rows)
        return batches.T.reshape(n_batches, batch_size, len(rows))

    return draw
