"""Progress of a training as plain lines."""

import logging
import time
from collections.abc import Callable

from deep_oversampling.training.engine import Epoch


def log_epochs(logger: logging.Logger, epochs: int) -> Callable[[Epoch], None]:
    """Return a reporter for :func:`deep_oversampling.training.engine.train` that logs a line an epoch.

    Parameters
    ----------
    logger : logging.Logger
    epochs : int
        How many there will be.

    Returns
    -------
    callable
        Logs number, mean loss terms, images a second and seconds left.
    """
    start = time.perf_counter()

    def report(epoch: Epoch) -> None:
        left = (time.perf_counter() - start) / epoch.number * (epochs - epoch.number)
        terms = ", ".join(f"{name} {value:.4g}" for name, value in epoch.terms.items())
        speed = epoch.images / epoch.seconds
        logger.info("epoch %d/%d: %s; %.0f images/s, %.0f s left", epoch.number, epochs, terms, speed, left)

    return report
