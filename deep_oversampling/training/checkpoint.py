"""The state of a training under way, kept so that a killed one can go on."""

import json
import logging
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from deep_oversampling.provenance import Provenance
from deep_oversampling.storage import remove_leftovers, replacing
from deep_oversampling.training.history import Epoch

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, RuntimeError, ValueError)
"""What Python's zipfile and numpy raise for one altered byte or another."""

_DESCRIPTION = "training.json"
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often a training keeps its state.

    Parameters
    ----------
    path : Path
        A zip archive of NumPy arrays, one variable each, so that no more than one is in memory twice.
    every : int
        Epochs between two checkpoints.
    provenance : Provenance
        Of the training; a checkpoint made with another one is not taken up.
    """

    path: Path
    every: int
    provenance: Provenance

    def save(self, variables: Sequence[keras.Variable], history: Sequence[Epoch]) -> None:
        """Write the state, replacing what an earlier epoch left; raises InputError if the disk is full."""
        described = {"provenance": self.provenance.to_json(), "history": [asdict(epoch) for epoch in history]}
        with replacing(self.path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
            archive.writestr(_DESCRIPTION, json.dumps(described))
            for number, variable in enumerate(variables):
                with archive.open(f"{number}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, keras.ops.convert_to_numpy(variable), allow_pickle=False)

    def restore(self, variables: Sequence[keras.Variable]) -> list[Epoch]:
        """Set the variables to the state kept, if there is any, and return the epochs it took to get there.

        A file that is damaged or of another training is left alone: training starts anew, which the log says.
        """
        remove_leftovers(self.path)
        if not self.path.exists():
            return []
        try:
            with zipfile.ZipFile(self.path) as archive:
                damaged = archive.testzip()
                described = json.loads(archive.read(_DESCRIPTION))
                members = [archive.getinfo(f"{number}.npy") for number in range(len(variables))]
        except _DAMAGE:
            damaged = self.path.name
        if damaged:
            _logger.warning("%s is damaged; training starts anew", self.path)
            return []
        if described["provenance"] != self.provenance.to_json():
            _logger.warning("%s is of another training; this one starts anew", self.path)
            return []
        with zipfile.ZipFile(self.path) as archive:
            for member, variable in zip(members, variables, strict=True):
                with archive.open(member) as file:
                    variable.assign(np.lib.format.read_array(file, allow_pickle=False))
        history = [Epoch(**epoch) for epoch in described["history"]]
        _logger.info("going on after epoch %d of the phase %s", history[-1].number, history[-1].phase)
        return history

    def discard(self) -> None:
        """Remove the file, once what was trained is kept."""
        self.path.unlink(missing_ok=True)
