"""Progress of a training as plain lines."""

import logging
from collections.abc import Callable

from deep_oversampling.training.history import Epoch


def log_epochs(logger: logging.Logger, name: str) -> Callable[[Epoch], None]:
    """Return a reporter for :func:`deep_oversampling.training.engine.train` that logs a line an epoch.

    Parameters
    ----------
    logger : logging.Logger
    name : str
        What is trained.

    Returns
    -------
    callable
        Logs phase, number, mean loss terms, images a second and minutes left in the phase at this epoch's pace.
    """

    def report(epoch: Epoch) -> None:
        terms = ", ".join(f"{term} {value:.4g}" for term, value in epoch.terms.items())
        logger.info(
            "%s: %s, epoch %d/%d: %s; %.0f images/s, %.1f min left",
            name,
            epoch.phase,
            epoch.number,
            epoch.last,
            terms,
            epoch.images / epoch.seconds,
            epoch.seconds * (epoch.last - epoch.number) / 60,
        )

    return report
