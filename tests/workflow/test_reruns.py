"""What a change of the config or of the code makes Snakemake run again: docs/reruns.md, and Snakemake itself."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from reruns import CHANGES, PAGE, ROOT, modules_by_rule, package_files, render
from smoke_run import Outcome

PROJECT = ("Snakefile", "rules", "scripts", "schemas", "presets", "profiles", "envs", "report", "deep_oversampling")
BLOCKS = ("mlp", "weight_search", "fid", "lenet")


def test_the_page_says_what_snakemake_plans():
    assert PAGE.read_text() == render(), "run python tests/workflow/reruns.py and look at what it changes"


def test_no_config_key_is_missing_from_the_page():
    properties = yaml.safe_load((ROOT / "schemas" / "config.schema.yaml").read_text())["properties"]
    blocks = {f"{block}.{key}" for block in BLOCKS for key in properties[block]["properties"]}
    of_a_method = properties["samplers"]["additionalProperties"]["properties"]
    changed = {re.match(r"[\w.]+", name)[0] for name in CHANGES}
    assert {key for key in properties if key not in BLOCKS} <= {name.partition(".")[0] for name in changed}
    assert blocks <= changed | {"weight_search.repeats"}
    assert {"weight_search.repeats.paper", "weight_search.repeats.leak_free"} <= changed
    assert set(of_a_method) == {name.split(".")[2] for name in changed if name.startswith("samplers.")}


def test_no_module_is_missing_from_the_page():
    listed = re.findall(r"^\| `([\w./]+)` \|", PAGE.read_text().partition("## A change of the code")[2], re.MULTILINE)
    assert [f"deep_oversampling/{name}" for name in listed] == package_files()


def test_every_rule_has_its_own_script_s_code():
    by_rule = modules_by_rule()
    scripts = {"gather_scores": "gather", "gather_fids": "gather", "gather_timings": "gather"}
    verified = {"fetch_dataset", "fetch_inception"}
    for rule in by_rule.keys() - verified:
        assert all(f"scripts/{scripts.get(rule, rule)}.py" in files for files in by_rule[rule]), rule
    assert by_rule.keys() - verified >= {path.stem for path in (ROOT / "scripts").glob("*.py")} - verified - {"gather"}


@pytest.fixture
def dry_run_after(run_snakemake, tmp_path):
    """Plan the smoke preset with a copy of the project in which a file reads otherwise."""
    for name in PROJECT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)

    def plan(file: str, old: str, new: str) -> Outcome:
        path = Path(tmp_path, file)
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return run_snakemake("--dry-run", project=tmp_path)

    return plan


@pytest.mark.workflow
def test_code_that_is_not_python_is_one_line(dry_run_after):
    outcome = dry_run_after("deep_oversampling/figures/confusion.py", "\nimport", "\ndef :\nimport")
    assert outcome.status == 1
    assert "Traceback" not in outcome.output
    assert len(outcome.error_lines) == 1
    assert re.search(r"confusion\.py:\d+ is not Python: .*; correct it", outcome.error_lines[0])


@pytest.fixture
def planned_after(smoke, dry_run_after):
    """Return the jobs that are planned once a file of the project, whose results are there, reads otherwise."""

    def plan(file: str, old: str, new: str) -> dict[str, int]:
        outcome = dry_run_after(file, old, new)
        assert outcome.status == 0, outcome.output[-3000:]
        return {rule: count for rule, count in outcome.job_counts.items() if rule not in ("all", "total")}

    return plan


@pytest.mark.workflow
class TestAfterTheSmokeRun:
    @pytest.mark.parametrize("file", ["deep_oversampling/storage.py", "scripts/skew.py"])
    def test_a_comment_runs_nothing(self, planned_after, file):
        assert planned_after(file, "\nfrom ", "\n# A remark.\nfrom ") == {}

    def test_the_cvae_s_code_runs_the_cvae_from_training_on(self, planned_after):
        counts = planned_after(
            "deep_oversampling/generators/conditional_vae.py", "import keras\n", "import math\n\nimport keras\n"
        )
        computed = {rule: n for rule, n in counts.items() if not re.match("figure|gather|page|.*table|comp", rule)}
        assert computed == {
            **{"train_generator": 1, "sample_generator": 1, "fid": 1, "score_classifiers_0": 2},
            "time_balancing": 1,
        }

    def test_a_figure_s_code_draws_that_figure_and_writes_the_page(self, planned_after):
        counts = planned_after("deep_oversampling/figures/confusion.py", "\nimport", "\nimport math\nimport")
        assert counts == {"figure_confusion": 2, "page": 1}
