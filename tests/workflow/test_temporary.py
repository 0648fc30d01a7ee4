"""Stages that are deleted once no job needs them."""

import pytest

pytestmark = pytest.mark.workflow

EXPERIMENT = ("results_dir=results_temporary", "methods=[SMOTE,CVAE]", "protocols=[paper]")
TEMPORARY = "temporary=[skewed,generators,synthetic]"


def test_temporary_files_are_deleted_and_not_missed_afterwards(run_snakemake):
    outcome = run_snakemake("--config", *EXPERIMENT, TEMPORARY, "--", "scores", "fids")
    assert outcome.status == 0, outcome.output[-3000:]
    results = run_snakemake.folder / "results_temporary"
    left = {path.relative_to(results).parts[0] for path in results.rglob("*.parquet")}
    assert left == {"data", "extractors", "fid", "generators", "scores"}
    assert not list(results.glob("generators/**/model.keras"))
    assert (
        len(list(results.glob("scores/**/*.parquet"))) == len(list(results.glob("fid/*/synthetic/**/*.parquet"))) == 2
    )
    again = run_snakemake("--dry-run", "--config", *EXPERIMENT, TEMPORARY, "--", "scores", "fids")
    assert "Nothing to be done" in again.output
