"""The paper's classifier, many at a time (paper, section 4.3 and Table 14)."""

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np
from keras import ops

from deep_oversampling.classifier.folds import Folds
from deep_oversampling.classifier.pool import Fit, TrainingPool
from deep_oversampling.classifier.stacked_mlp import MLPSettings, StackedMLP
from deep_oversampling.classifier.stacks import Turn, divide, limits, side_by_side
from deep_oversampling.classifier.weight_search import minority_f1
from deep_oversampling.training.engine import Phase, forget_earlier_trainings, train
from deep_oversampling.training.progress import log_epochs

_logger = logging.getLogger(__name__)

_PREDICTION_CHUNK = 1000


class MLP:
    """Trains the MLP of Table 14, many at a time.

    Parameters
    ----------
    settings : MLPSettings
    n_classes : int
    balanced : bool
        Whether every class weighs the same in the loss.
    name : str
        What is trained, for messages.
    common_random_numbers : bool, default=True
        Whether the candidates of a search that are trained on the same fold share initial weights, batches and
        dropout masks, so that only their weight tells them apart. Otherwise each has its own.
    """

    def __init__(
        self,
        settings: MLPSettings,
        n_classes: int,
        *,
        balanced: bool,
        name: str,
        common_random_numbers: bool = True,
    ) -> None:
        self.settings = settings
        self.n_classes = n_classes
        self.balanced = balanced
        self.name = name
        self.common_random_numbers = common_random_numbers

    def search(self, folds: Folds, weights: np.ndarray, minority: Sequence[int], seeds: Sequence[int]) -> np.ndarray:
        """Score candidate weights of synthetic images on the validation part of every split.

        Parameters
        ----------
        folds : Folds
        weights : ndarray of shape (n_candidates,)
        minority : sequence of int
            The classes whose F1 is the score; see :func:`~deep_oversampling.classifier.weight_search.minority_f1`.
        seeds : sequence of int
            One for each classifier that is to be tuned.

        Returns
        -------
        ndarray of shape (n_seeds, n_candidates, n_splits)

        Raises
        ------
        InputError
            If a loss isn't finite.
        """

        def train_and_score(stack: list[tuple[int, int, np.ndarray]], turn: Turn) -> list[list[float]]:
            model = self._train(
                folds.pool,
                [folds.splits[split].training for _, split, _ in stack],
                weights[np.array([members for _, _, members in stack])],
                [self._search_seed(seeds[seed], split, members) for seed, split, members in stack],
                f"{self.name}, weight search",
                turn,
            )
            validation = {split: folds.pool.images[folds.splits[split].validation] for _, split, _ in stack}
            predicted = probabilities(model, [validation[split] for _, split, _ in stack])
            true = {split: folds.pool.labels[folds.splits[split].validation] for split in validation}
            return [
                [minority_f1(true[split], each.argmax(axis=-1), minority) for each in of_group]
                for (_, split, _), of_group in zip(stack, predicted, strict=True)
            ]

        scores = np.empty((len(seeds), len(weights), len(folds.splits)))
        stacks = list(self._search_stacks(folds, len(weights), len(seeds)))
        for stack, of_groups in side_by_side(train_and_score, stacks, limits().stacks):
            for (seed, split, members), of_group in zip(stack, of_groups, strict=True):
                scores[seed, members, split] = of_group
        return scores

    def _search_stacks(
        self, folds: Folds, n_candidates: int, n_seeds: int
    ) -> Iterator[list[tuple[int, int, np.ndarray]]]:
        """Yield what to train together: groups of candidates, each of one seed and split."""
        n_parts = -(-n_candidates // limits().networks) if self.common_random_numbers else n_candidates
        parts = np.array_split(np.arange(n_candidates), n_parts)
        for size in sorted({len(part) for part in parts}):
            alike = [part for part in parts if len(part) == size]
            groups = list(product(range(n_seeds), range(len(folds.splits)), alike))
            for numbers in self._stacks([folds.splits[split].training for _, split, _ in groups], size):
                yield [groups[number] for number in numbers]

    def _search_seed(self, seed: int, split: int, members: np.ndarray) -> int:
        return _derived_seed(seed, split, *([] if self.common_random_numbers else members.tolist()))

    def predict(self, pool: TrainingPool, fits: Sequence[Fit]) -> list[np.ndarray]:
        """Train classifiers and return the probabilities they give.

        Parameters
        ----------
        pool : TrainingPool
        fits : sequence of Fit

        Returns
        -------
        list of ndarray of shape (n_images, n_classes), dtype float32
            For each fit's images.

        Raises
        ------
        InputError
            If a loss isn't finite.
        """

        def train_and_predict(numbers: list[int], turn: Turn) -> list[np.ndarray]:
            stack = [fits[number] for number in numbers]
            weights = np.array([[fit.synthetic_weight] for fit in stack])
            seeds = [fit.seed for fit in stack]
            model = self._train(pool, [fit.rows for fit in stack], weights, seeds, self.name, turn)
            return probabilities(model, [fit.images for fit in stack])

        predicted: dict[int, np.ndarray] = {}
        stacks = list(self._stacks([fit.rows for fit in fits], 1))
        for numbers, of_groups in side_by_side(train_and_predict, stacks, limits().stacks):
            predicted |= {number: of_group[0] for number, of_group in zip(numbers, of_groups, strict=True)}
        return [predicted[number] for number in range(len(fits))]

    def _stacks(self, rows: Sequence[np.ndarray], networks_of_each: int) -> Iterator[list[int]]:
        return divide([-(-len(each) // self.settings.batch_size) for each in rows], networks_of_each, limits())

    def _train(
        self,
        pool: TrainingPool,
        rows: Sequence[np.ndarray],
        synthetic_weights: np.ndarray,
        seeds: Sequence[int],
        name: str,
        turn: Turn,
    ) -> StackedMLP:
        forget_earlier_trainings()
        class_weights = [pool.class_weights(each, self.n_classes, self.balanced) for each in rows]
        n_pixels = pool.images.shape[1]
        model = StackedMLP(n_pixels, self.n_classes, seeds, synthetic_weights, np.array(class_weights), self.settings)
        padding = len(pool.labels)
        one_hot = (pool.labels[:, None] == np.arange(self.n_classes)).astype(np.float32)
        arrays = [
            np.pad(pool.images, ((0, 1), (0, 0))),
            np.pad(one_hot, ((0, 1), (0, 0))),
            np.pad(pool.synthetic.astype(np.float32), (0, 1)),
            np.pad(np.ones(padding, np.float32), (0, 1)),
        ]
        draw = _grouped_batches(rows, seeds, self.settings.batch_size, padding)
        phase = Phase("training", model.step, self.settings.epochs)
        report = turn.unless_stopped(log_epochs(_logger, turn.name(name)))
        train([phase], model.variables, arrays, draw, seed=0, name=name, report=report)
        return model


def probabilities(model: StackedMLP, images: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return class probabilities of every model for the images of its group.

    Parameters
    ----------
    model : StackedMLP
    images : sequence of ndarray of shape (n_images, n_features), dtype uint8
        One for each group. What the groups have in common is passed on once, if it is one array.

    Returns
    -------
    list of ndarray of shape (n_candidates, n_images, n_classes), dtype float32
    """
    common = all(each is images[0] for each in images)
    predicted = []
    for start in range(0, max(map(len, images)), _PREDICTION_CHUNK):
        chunk = _padded([each[start : start + _PREDICTION_CHUNK] for each in (images[:1] if common else images)])
        scaled = ops.convert_to_tensor(chunk.astype(np.float32) / np.float32(255))
        predicted.append(ops.convert_to_numpy(ops.softmax(model.logits(scaled, training=False))))
    of_groups = np.concatenate(predicted, axis=2)
    return [of_group[:, : len(own)] for of_group, own in zip(of_groups, images, strict=True)]


def _padded(parts: Sequence[np.ndarray]) -> np.ndarray:
    longest = max(map(len, parts))
    return np.stack([np.pad(part, ((0, longest - len(part)), (0, 0))) for part in parts])


def _derived_seed(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1)[0]) >> 1


def _grouped_batches(
    rows: Sequence[np.ndarray], seeds: Sequence[int], batch_size: int, padding: int
) -> Callable[[np.random.Generator], np.ndarray]:
    n_batches = -(-len(rows[0]) // batch_size)

    def draw(generator: np.random.Generator) -> np.ndarray:
        epoch = int(generator.integers(2**32))
        batches = np.full((len(rows), n_batches * batch_size), padding, np.int32)
        for order, group_rows, seed in zip(batches, rows, seeds, strict=True):
            order[: len(group_rows)] = np.random.default_rng([seed, epoch]).permutation(group_rows)
        return batches.T.reshape(n_batches, batch_size, len(rows))

    return draw
