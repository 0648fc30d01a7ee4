import os
import signal
import subprocess
import sys

import killable_training
import numpy as np
import pytest

from deep_oversampling.network_archive import load_network
from deep_oversampling.samplers.resolve import build_sampler
from deep_oversampling.schemas import HISTORY
from deep_oversampling.storage import read_frame

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")


def start_rule(folder, *arguments, code="as it is"):
    command = [sys.executable, killable_training.__file__, str(folder), *arguments]
    environment = {**os.environ, "XLA_FLAGS": "--xla_backend_optimization_level=0", "CODE": f"train_generator: {code}"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def draws(folder):
    sampler = build_sampler(killable_training.DEFINITION, seed=0).load(folder / "generator.keras")
    return sampler.sample(np.repeat([0, 1], 20), seed=2)


def terms(folder):
    return read_frame(folder / "history.parquet", HISTORY)[["phase", "epoch", "term", "value"]]


def test_a_training_killed_while_writing_a_checkpoint_goes_on_to_the_same_generator(tmp_path):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    uninterrupted, dying = start_rule(whole), start_rule(killed, "4")
    dying.communicate()
    assert dying.returncode == -signal.SIGKILL
    assert (killed / killable_training.CHECKPOINT).exists()
    assert len(list(killed.glob(".checkpoint.*.npz"))) == 1
    assert not (killed / "generator.keras").exists()

    again = start_rule(killed)
    for process in (again, uninterrupted):
        _, error = process.communicate()
        assert process.returncode == 0, error
    log = (killed / "log").read_text()
    assert "going on after epoch 6 of the phase training" in log
    assert log.count("toy/CGAN: training, epoch ") == killable_training.EPOCHS - 6
    assert {path.name for path in killed.iterdir()} == {"generator.keras", "history.parquet", "log", "skewed.parquet"}

    assert "going on" not in (whole / "log").read_text()
    (network, provenance), (expected, its_provenance) = (
        load_network(each / "generator.keras") for each in (killed, whole)
    )
    assert provenance == its_provenance
    for weights, expected_weights in zip(network.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, expected_weights)
    assert (killed / "generator.keras").read_bytes() == (whole / "generator.keras").read_bytes()
    np.testing.assert_array_equal(draws(killed), draws(whole))
    assert terms(killed).equals(terms(whole))
    assert len(terms(whole)) == 3 * killable_training.EPOCHS


def test_what_other_code_has_trained_is_trained_anew(tmp_path):
    start_rule(tmp_path, "2").communicate()
    assert (tmp_path / killable_training.CHECKPOINT).exists()
    again = start_rule(tmp_path, code="changed")
    _, error = again.communicate()
    assert again.returncode == 0, error
    log = (tmp_path / "log").read_text()
    assert "is of another training; this one starts anew" in log
    assert log.count("toy/CGAN: training, epoch ") == killable_training.EPOCHS
