"""What a change of the config makes Snakemake run again."""

import pytest

pytestmark = pytest.mark.workflow

READS_SCORES = {
    *("gather_scores", "classifier_table", "comparisons", "paper_tables", "page"),
    *("figure_minority_f1", "figure_weights", "figure_fid_and_gain", "figure_confusion"),
}
READS_FIDS = {"gather_fids", "fid_table", "figure_fid", "figure_fid_and_gain", "paper_tables", "page"}
SHOWS_METHODS = {"figure_images"}


def planned(run_snakemake, *config):
    """What would be computed, and which rules would tell the results anew."""
    outcome = run_snakemake("--dry-run", "--config", *config)
    assert outcome.status == 0, outcome.output[-3000:]
    jobs = {rule: count for rule, count in outcome.job_counts.items() if rule not in ("all", "total")}
    telling = {rule for rule in jobs if rule in READS_SCORES | READS_FIDS | SHOWS_METHODS or rule.startswith("figure")}
    return {rule: count for rule, count in jobs.items() if rule not in telling}, telling


@pytest.mark.usefixtures("smoke")
class TestAfterTheSmokeRun:
    def test_nothing_is_left_to_do(self, run_snakemake):
        outcome = run_snakemake()
        assert outcome.status == 0
        assert "Nothing to be done" in outcome.output

    @pytest.mark.parametrize(
        ("lost", "rule"),
        [
            ("figures/minority_f1/mnist/MLP/paper.svg", "figure_minority_f1"),
            ("synthetic/mnist/3-4/10/0/SMOTE.parquet", "oversample"),
            ("scores/mnist/3-4/10/0/CVAE/MLP/paper/0.parquet", "score_classifiers_0"),
            ("tables/paper/timing.tex", "paper_tables"),
            ("extractors/lenet/mnist.history.parquet", "train_lenet"),
            ("timings/mnist/3-4/10/0/CVAE.parquet", "time_balancing"),
        ],
    )
    def test_what_is_lost_is_made_again(self, run_snakemake, smoke, lost, rule):
        aside = (smoke / lost).rename(smoke / "aside")
        try:
            assert run_snakemake("--dry-run").job_counts[rule] == 1
        finally:
            aside.rename(smoke / lost)

    @pytest.mark.parametrize("spelt", ["./results_smoke/", "logs/../results_smoke", "{folder}/results_smoke"])
    def test_another_spelling_of_the_folder_is_the_same(self, run_snakemake, spelt):
        folder = f"results_dir={spelt.format(folder=run_snakemake.folder)}"
        jobs, _ = planned(run_snakemake, "mlp={epochs: 4}", folder)
        assert jobs == {"score_classifiers_0": 8, "time_balancing": 1, "gather_timings": 1}

    def test_fewer_methods_compute_nothing(self, run_snakemake):
        jobs, telling = planned(run_snakemake, "methods=[Imbalanced,SMOTE]")
        assert jobs == {}
        assert telling == READS_SCORES | READS_FIDS | SHOWS_METHODS

    def test_a_new_method_runs_alone(self, run_snakemake):
        samplers = "samplers={ADASYN: {sampler: imblearn.over_sampling.ADASYN}}"
        methods = "methods=[Imbalanced,SMOTE,CVAE,TunedLogitAdjustment,ADASYN]"
        jobs, telling = planned(run_snakemake, samplers, methods)
        assert jobs == {"oversample": 1, "score_classifiers_0": 2, "fid": 1}
        assert telling == READS_SCORES | READS_FIDS | SHOWS_METHODS

    def test_another_use_of_a_method_s_images_trains_no_generator(self, run_snakemake):
        samplers = "samplers={CVAE-adjusted: {images_of: CVAE, logit_adjustment: tuned}}"
        methods = "methods=[Imbalanced,SMOTE,CVAE,TunedLogitAdjustment,CVAE-adjusted]"
        jobs, telling = planned(run_snakemake, samplers, methods)
        assert jobs == {"score_classifiers_0": 2}
        assert telling == READS_SCORES

    def test_a_generators_setting_reruns_that_method_from_training_on(self, run_snakemake):
        jobs, _ = planned(run_snakemake, "samplers={CVAE: {parameters: {epochs: 3}}}")
        anew = {"train_generator": 1, "sample_generator": 1, "score_classifiers_0": 2, "fid": 1}
        assert jobs == {**anew, "time_balancing": 1, "gather_timings": 1}

    def test_the_classifiers_setting_reruns_the_scores_alone(self, run_snakemake):
        jobs, telling = planned(run_snakemake, "mlp={epochs: 4}")
        assert jobs == {"score_classifiers_0": 8, "time_balancing": 1, "gather_timings": 1}
        assert telling == READS_SCORES

    def test_a_seed_of_another_block_runs_alone(self, run_snakemake):
        jobs, telling = planned(run_snakemake, "classifier_seeds=[0,3]")
        assert jobs == {"score_classifiers_1": 8}
        assert telling == READS_SCORES

    def test_a_classifier_of_scikit_learn_runs_alone(self, run_snakemake):
        trees = (
            "estimators={trees: {estimator: sklearn.ensemble.RandomForestClassifier, parameters: {n_estimators: 5}}}"
        )
        jobs, telling = planned(run_snakemake, trees, "classifiers=[MLP,trees]")
        assert jobs == {"score_classifiers_0": 8}
        assert telling == READS_SCORES

    def test_what_the_classifier_does_with_a_method_s_images_leaves_the_images_alone(self, run_snakemake):
        jobs, telling = planned(run_snakemake, "samplers={CVAE: {refit_in_folds: false}}")
        assert jobs == {"score_classifiers_0": 2}
        assert telling == READS_SCORES

    def test_timing_nothing_computes_nothing(self, run_snakemake):
        jobs, telling = planned(run_snakemake, "timing_replicates=0")
        assert jobs == {"gather_timings": 1}
        assert telling == {"paper_tables", "page"}
