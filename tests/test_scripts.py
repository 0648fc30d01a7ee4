"""What the scripts of the workflow import, which short jobs spend most of their time on."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from test_environments import scripts_of

ROOT = Path(__file__).parents[1]
NETWORKS = "[name for name in ('tensorflow', 'keras', 'jax', 'torch') if name in sys.modules]"


def imports_of(script):
    """What a script imports."""
    tree = ast.parse((ROOT / "scripts" / script).read_text())
    return [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def networks_after(*lines):
    """The libraries of networks that a process has imported after these lines."""
    start = ["import sys", "from deep_oversampling.job import import_lightly", "import_lightly()"]
    program = "\n".join([*start, *lines, f"print({NETWORKS})"])
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()[-1]


@pytest.mark.parametrize("environment", ["data.yaml", "report.yaml"])
def test_jobs_without_a_network_import_none(environment):
    scripts = scripts_of(environment)
    assert len(scripts) >= 5
    assert networks_after(*(line for script in scripts for line in imports_of(script))) == "[]"


def test_jobs_with_a_network_import_it():
    assert networks_after(*imports_of("train_generator.py")) == "['tensorflow', 'keras']"


def test_a_classifier_of_scikit_learn_takes_no_network():
    forest = {"estimator": "sklearn.ensemble.RandomForestClassifier", "parameters": {"n_estimators": 2}}
    settings = {"dataset": "mnist", "definition": {}, "method": "Imbalanced", "classifier_definition": forest}
    build = f"_classifier({settings}, SearchSettings())"
    needed = [
        "from deep_oversampling.classifier.task import _classifier, SearchSettings",
        *imports_of("score_classifiers.py"),
    ]
    assert networks_after(*needed, build) == "[]"


@pytest.mark.parametrize(("timed", "networks"), [("SMOTE", "[]"), ("CVAE", "['tensorflow', 'keras']")])
def test_plain_smote_is_timed_without_a_network(timed, networks):
    task = "BalancingTask(ImageSet(images, labels), 2, {}, {'image_shape': (4, 4, 1), 'widths': (1, 1, 1)}, 0)"
    prepare = [
        "import numpy as np",
        "from deep_oversampling.storage import ImageSet",
        "images, labels = np.arange(480, dtype=np.uint8).reshape(30, 16), np.repeat([0, 1], [20, 10])",
    ]
    assert (
        networks_after(*imports_of("time_balancing.py"), *prepare, f"balancing_seconds({timed!r}, {task})") == networks
    )
