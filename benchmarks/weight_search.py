"""The search for the weight of synthetic images: stacked, and by single Keras fits as scikit-learn would do it."""

import time

import keras
import numpy as np

from deep_oversampling.classifier.folds import Folds, fold_augmented
from deep_oversampling.classifier.mlp import MLP
from deep_oversampling.classifier.pool import Fit
from deep_oversampling.classifier.stacked_mlp import MLPSettings
from deep_oversampling.classifier.weight_search import minority_f1
from deep_oversampling.storage import ImageSet

MINORITY, N_CLASSES, PIXELS = [3, 4, 5], 10, 784
WEIGHTS = np.linspace(1, 50, 10)


def _folds(n_images: int) -> Folds:
    """Two folds of a balanced set, three tenths of it synthetic as in the paper's {3, 4, 5}."""
    generator = np.random.default_rng(0)
    labels = generator.permutation(np.arange(n_images) % N_CLASSES).astype(np.uint8)
    images = generator.integers(256, size=(n_images, PIXELS), dtype=np.uint8)
    synthetic = np.isin(labels, MINORITY)
    real, added = (ImageSet(images[chosen], labels[chosen]) for chosen in (~synthetic, synthetic))
    return fold_augmented(real, added, folds=2, repeats=1, seed=0)


def stacked(n_images: int, epochs: int) -> dict[str, float]:
    """Search and refit as this library does; everything counts, compiling too."""
    folds = _folds(n_images)
    rows = np.arange(n_images)
    start = time.perf_counter()
    classifier = MLP(MLPSettings(epochs=epochs), N_CLASSES, balanced=False, name="benchmark")
    scores = classifier.search(folds, WEIGHTS, MINORITY, seeds=[0])[0]
    best = float(WEIGHTS[scores.mean(axis=1).argmax()])
    classifier.predict(folds.pool, [Fit(rows, best, 0, folds.pool.images)])
    return _speed(time.perf_counter() - start, n_images, epochs)


def single_fits(n_images: int, epochs: int, steps_per_execution: int) -> dict[str, float]:
    """Search and refit by one Keras ``fit`` after another."""
    folds = _folds(n_images)
    pool = folds.pool
    images = pool.images.astype(np.float32) / np.float32(255)
    start = time.perf_counter()

    def fit(rows: np.ndarray, weight: float) -> keras.Model:
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((PIXELS,)),
                *(layer for _ in range(2) for layer in (layers.Dense(512, "relu"), layers.Dropout(0.2))),
                layers.Dense(N_CLASSES, "softmax"),
            ]
        )
        model.compile("rmsprop", "sparse_categorical_crossentropy", steps_per_execution=steps_per_execution)
        sample_weight = np.where(pool.synthetic[rows], weight, 1.0)
        model.fit(
            images[rows], pool.labels[rows], sample_weight=sample_weight, batch_size=128, epochs=epochs, verbose=0
        )
        return model

    def score(weight: float, training: np.ndarray, validation: np.ndarray) -> float:
        predicted = fit(training, weight).predict(images[validation], batch_size=1000, verbose=0).argmax(axis=1)
        return minority_f1(pool.labels[validation], predicted, MINORITY)

    scores = [[score(weight, split.training, split.validation) for split in folds.splits] for weight in WEIGHTS]
    best = fit(np.arange(n_images), float(WEIGHTS[np.mean(scores, axis=1).argmax()]))
    best.predict(images, batch_size=1000, verbose=0)
    return _speed(time.perf_counter() - start, n_images, epochs)


def _speed(seconds: float, n_images: int, epochs: int) -> dict[str, float]:
    """Return the speed of 20 fits on halves and one on everything; the first layer passes no gradient on."""
    hidden = MLPSettings().hidden[0]
    forward = PIXELS * hidden + hidden * hidden + hidden * N_CLASSES
    flops = 2 * (3 * forward - PIXELS * hidden) * n_images * epochs * (len(WEIGHTS) + 1)
    return {"fits_per_second": (2 * len(WEIGHTS) + 1) / seconds, "gigaflops": flops / seconds / 1e9}
