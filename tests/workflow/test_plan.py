"""What the presets plan, before any job runs."""

import pytest

pytestmark = pytest.mark.workflow


def test_paper_preset_plans_the_whole_paper(run_snakemake):
    outcome = run_snakemake("--dry-run", preset="paper")
    assert outcome.status == 0, outcome.output[-3000:]
    jobs = outcome.job_counts
    assert jobs["skew"] == 60
    assert jobs["train_generator"] == 420
    assert jobs["sample_generator"] == 420
    assert jobs["oversample"] == 120
    assert jobs["score_classifiers_0"] == 60 * 13
    assert jobs["fid"] == 60 * 9
    assert jobs["real_statistics"] == 2 * 7


@pytest.mark.parametrize(
    ("override", "runs"),
    [
        ("datasets=[mnist]", 30),
        ("minority_sets=[[3,4,5]]", 20),
        ("ratios=[80]", 30),
        ("replicates=[2]", 12),
    ],
)
def test_every_axis_can_be_cut_down_on_the_command_line(run_snakemake, override, runs):
    outcome = run_snakemake("--dry-run", "--config", override, "methods=[SMOTE]", preset="paper")
    assert outcome.job_counts["skew"] == runs
    assert outcome.job_counts["score_classifiers_0"] == runs


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("metods=[SMOTE]", "unknown key 'metods'; did you mean 'methods'?"),
        ("methods=[SMOT]", "unknown method 'SMOT'; did you mean 'SMOTE'?"),
        ("ratios=[7]", "imbalance ratio 7 does not divide the majority count 100"),
        ("minority_sets=[[3,11]]", "minority class 11 is outside the data set's classes 0 to 9"),
        ("mlp={epoch: 3}", "mlp: unknown key 'epoch'; did you mean 'epochs'?"),
    ],
)
def test_a_mistake_in_the_config_is_one_line_before_any_job(run_snakemake, override, said):
    outcome = run_snakemake("--config", override)
    assert outcome.status != 0
    assert len(outcome.error_lines) == 1
    assert said in outcome.error_lines[0]
    assert "Traceback" not in outcome.output
    assert "Job stats" not in outcome.output


@pytest.mark.usefixtures("smoke")
def test_no_fid_table_is_asked_for_without_synthetic_images(run_snakemake):
    outcome = run_snakemake("--dry-run", "--config", "methods=[Imbalanced,TunedLogitAdjustment]", "ratios=[5]")
    assert outcome.status == 0
    jobs = outcome.job_counts
    assert (jobs["score_classifiers_0"], jobs["classifier_table"]) == (4, 1)
    assert "fid_table" not in jobs
