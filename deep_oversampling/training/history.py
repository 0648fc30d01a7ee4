"""What the epochs of a training gave."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Epoch:
    """What one epoch gave.

    Attributes
    ----------
    phase : str
        The part of the training it belongs to.
    number, last : int
        Its number from 1, and that of the last one of its phase.
    terms : dict of str to float
        Mean of each loss term over the batches.
    seconds : float
        Wall time; in a phase's first epoch with the compiling.
    images : int
        Images seen.
    """

    phase: str
    number: int
    last: int
    terms: dict[str, float]
    seconds: float
    images: int


def history_frame(history: Sequence[Epoch]) -> pd.DataFrame:
    """Return epochs as rows of :data:`deep_oversampling.schemas.HISTORY`, one for each loss term."""
    return pd.DataFrame(
        [
            {
                "phase": epoch.phase,
                "epoch": epoch.number,
                "term": term,
                "value": value,
                "seconds": epoch.seconds,
                "images_per_second": epoch.images / epoch.seconds,
            }
            for epoch in history
            for term, value in epoch.terms.items()
        ]
    )
