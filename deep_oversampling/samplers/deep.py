"""What every deep oversampler shares: fit a generator, keep it as a file, draw from it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import keras
import numpy as np
from imblearn.over_sampling import RandomOverSampler
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from deep_oversampling.errors import InputError
from deep_oversampling.network_archive import load_network, save_network
from deep_oversampling.provenance import Provenance
from deep_oversampling.samplers.constraints import SHARED
from deep_oversampling.training.checkpoint import Checkpoint
from deep_oversampling.training.engine import Phase, forget_earlier_trainings, shuffled_batches, train
from deep_oversampling.training.history import Epoch
from deep_oversampling.training.precision import computing_in
from deep_oversampling.training.progress import log_epochs

_SEED_RANGE = 2**31
_logger = logging.getLogger(__name__)


class ConditionalModel(Protocol):
    """What a deep oversampler trains: built from its settings and a seed."""

    generator: keras.Model
    """(latent, one-hot label) → image in [0, 1]."""

    variables: list[keras.Variable]
    """All state that training changes."""

    def draw_latent(self, count: int, latent_size: int, generator: np.random.Generator) -> np.ndarray:
        """Draw from the prior; shape (count, latent_size)."""

    def step(self, images: Any, labels: Any) -> dict[str, Any]:
        """Take one optimiser step."""


class DeepOverSampler(BaseOverSampler):
    """Base of oversamplers that draw from a trained conditional generator.

    ``fit`` trains, ``sample`` draws, ``save`` and ``load`` keep the trained generator as a
    file; ``fit_resample`` is ``fit`` followed by drawing the images each class lacks.

    Parameters
    ----------
    sampling_strategy : str, dict or callable
        Which classes to bring to which count, as in imbalanced-learn.
    image_shape : tuple of int
        (height, width, channels) of an image; height and width divisible by 4.
    latent_size : int
        Length of the latent vector.
    epochs : int
        Passes over the training set.
    batch_size : int
        Images a step.
    balance_first : bool
        Randomly oversample to balance before training: the paper's ``R-`` methods.
    precision : {"float32", "mixed_bfloat16"}
        What networks compute in; their weights are float32 either way.
    random_state : int, RandomState instance or None
        Of initial weights, noise, order of images and drawn latent vectors.

    Attributes
    ----------
    generator_ : keras.Model
        (latent, one-hot label) → image.
    classes_ : ndarray of shape (n_classes,)
        The labels, in the order of the one-hot code.
    history_ : list of Epoch
        What each epoch gave.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = SHARED

    _model: ClassVar[type[ConditionalModel]]
    _settings: ClassVar[type]
    """A dataclass of what fixes the model; but for ``n_classes``, its fields are parameters of the sampler."""

    def __init__(
        self,
        *,
        sampling_strategy: str | dict,
        image_shape: Sequence[int],
        latent_size: int,
        epochs: int,
        batch_size: int,
        balance_first: bool,
        precision: str,
        random_state: int | np.random.RandomState | None,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.image_shape = image_shape
        self.latent_size = latent_size
        self.epochs = epochs
        self.batch_size = batch_size
        self.balance_first = balance_first
        self.precision = precision
        self.random_state = random_state

    def fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        report: Callable[[Epoch], None] | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> Self:
        """Train the generator.

        Parameters
        ----------
        X : ndarray of shape (n_images, n_pixels)
            Images in [0, 1], one a row.
        y : ndarray of shape (n_images,)
            Their classes.
        report : callable, optional
            Called with each finished epoch; left out, epochs are logged as ``deep_oversampling``, level INFO.
        checkpoint : Checkpoint, optional
            Where a long training keeps its state, and goes on from if it was killed.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If a loss isn't finite, or the images are no images of ``image_shape`` in [0, 1].
        """
        super().fit(X, y)
        X, y = validate_data(self, X, y, reset=False, dtype=np.float32)
        self._check_images(X)
        self.classes_ = np.unique(y)
        build_seed, order_seed, balance_seed = self._seeds(3)
        if self.balance_first:
            X, y = RandomOverSampler(random_state=balance_seed).fit_resample(X, y)
        name = f"R-{type(self).__name__}" if self.balance_first else type(self).__name__
        forget_earlier_trainings()
        model = self._build(len(self.classes_), build_seed)
        self.history_ = train(
            self._phases(model),
            model.variables,
            [X.reshape(-1, *self.image_shape), self._one_hot(y)],
            shuffled_batches(len(y), self.batch_size),
            seed=order_seed,
            name=name,
            report=report or log_epochs(_logger, name),
            checkpoint=checkpoint,
        )
        self.generator_ = model.generator
        return self

    def sample(self, labels: np.ndarray, seed: int) -> np.ndarray:
        """Draw one image for each label.

        Parameters
        ----------
        labels : ndarray of shape (n_images,)
            Wanted classes, each one of ``classes_``.
        seed : int
            Of the latent vectors.

        Returns
        -------
        ndarray of shape (n_images, n_pixels), dtype float32
            The generator's mean images, in [0, 1].

        Raises
        ------
        InputError
            If the generator was trained without one of the classes, or its pixels are no finite numbers.
        """
        check_is_fitted(self, "generator_")
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise InputError(f"the generator was trained without class {unknown[0]}; train it on images of every class")
        if not len(labels):
            return np.empty((0, int(np.prod(self.image_shape))), np.float32)
        latent = self._model.draw_latent(len(labels), self.latent_size, np.random.default_rng(seed))
        images = self.generator_.predict([latent, self._one_hot(labels)], batch_size=256, verbose=0)
        if not np.isfinite(images).all():
            raise InputError(
                f"{type(self).__name__}: the trained generator draws pixels that are no finite numbers; try a lower"
                " learning rate or another seed"
            )
        return images.reshape(len(labels), -1)

    def save(self, path: str | Path, provenance: Provenance) -> None:
        """Write the trained generator to a ``.keras`` file; raises as :func:`save_network` and :meth:`sample` do."""
        check_is_fitted(self, "generator_")
        # The last step may have spoilt what its losses, computed before it, don't show.
        self.sample(self.classes_, seed=0)
        settings = {**provenance.settings, "sampler": type(self).__name__, "classes": self.classes_.tolist()}
        save_network(path, self.generator_, replace(provenance, settings=settings))

    def load(self, path: str | Path) -> Self:
        """Take the trained generator from a file that ``save`` wrote.

        Raises
        ------
        InputError
            As :func:`load_network` does, or if the generator is another sampler's, or was trained with another
            ``image_shape`` or ``latent_size``.
        """
        generator, provenance = load_network(path)
        classes = np.asarray(provenance.settings.get("classes", []))
        expected = ([(None, self.latent_size), (None, len(classes))], (None, *self.image_shape))
        sampler = provenance.settings.get("sampler")
        if (generator.input_shape, generator.output_shape, sampler) != (*expected, type(self).__name__):
            raise InputError(f"{path} is no generator with these parameters; delete it and run again")
        self.generator_, self.classes_ = generator, classes
        return self

    def _phases(self, model: ConditionalModel) -> list[Phase]:
        return [Phase("training", model.step, self.epochs)]

    def _build(self, n_classes: int, seed: int) -> ConditionalModel:
        names = [field.name for field in fields(self._settings) if field.name != "n_classes"]
        values = {name: getattr(self, name) for name in names}
        frozen = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        with computing_in(self.precision):
            return self._model(self._settings(n_classes=n_classes, **frozen), seed)

    def _fit_resample(self, X: np.ndarray, y: np.ndarray, **_: Any) -> tuple[np.ndarray, np.ndarray]:
        strategy = self.sampling_strategy_
        self.fit(X, y)
        labels = np.repeat(list(strategy), list(strategy.values())).astype(y.dtype)
        (sample_seed,) = self._seeds(4)[3:]
        return np.concatenate([X, self.sample(labels, sample_seed)]), np.concatenate([y, labels])

    def _seeds(self, count: int) -> list[int]:
        return check_random_state(self.random_state).randint(_SEED_RANGE, size=count, dtype=np.int64).tolist()

    def _one_hot(self, labels: np.ndarray) -> np.ndarray:
        return (np.asarray(labels)[:, None] == self.classes_).astype(np.float32)

    def _check_images(self, X: np.ndarray) -> None:
        n_pixels = int(np.prod(self.image_shape))
        if X.shape[1] != n_pixels:
            raise InputError(f"images of shape {tuple(self.image_shape)} have {n_pixels} pixels, not {X.shape[1]}")
        if X.min() < 0 or X.max() > 1:
            raise InputError("pixels must lie in [0, 1]; divide them by 255")
