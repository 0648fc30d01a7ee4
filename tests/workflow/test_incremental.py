"""What a change of the config makes Snakemake run again."""

import pytest

pytestmark = pytest.mark.workflow

TABLES = {"classifier_table": 1, "fid_table": 1}


def planned(run_snakemake, *config):
    outcome = run_snakemake("--dry-run", "--config", *config)
    assert outcome.status == 0, outcome.output[-3000:]
    return {rule: count for rule, count in outcome.job_counts.items() if rule not in ("all", "total")}


@pytest.mark.usefixtures("smoke")
class TestAfterTheSmokeRun:
    def test_nothing_is_left_to_do(self, run_snakemake):
        outcome = run_snakemake()
        assert outcome.status == 0
        assert "Nothing to be done" in outcome.output

    def test_fewer_methods_rerun_the_tables_alone(self, run_snakemake):
        assert planned(run_snakemake, "methods=[Imbalanced,SMOTE]") == TABLES

    def test_a_new_method_runs_alone(self, run_snakemake):
        samplers = "samplers={ADASYN: {sampler: imblearn.over_sampling.ADASYN}}"
        jobs = planned(run_snakemake, samplers, "methods=[Imbalanced,SMOTE,CVAE,TunedLogitAdjustment,ADASYN]")
        assert jobs == {"oversample": 1, "score_classifiers_0": 2, "fid": 1, **TABLES}

    def test_a_generators_setting_reruns_that_method_from_training_on(self, run_snakemake):
        jobs = planned(run_snakemake, "samplers={CVAE: {parameters: {epochs: 3}}}")
        assert jobs == {"train_generator": 1, "sample_generator": 1, "score_classifiers_0": 2, "fid": 1, **TABLES}

    def test_the_classifiers_setting_reruns_the_scores_alone(self, run_snakemake):
        jobs = planned(run_snakemake, "mlp={epochs: 4}")
        assert jobs == {"score_classifiers_0": 8, "classifier_table": 1}

    def test_a_seed_of_another_block_runs_alone(self, run_snakemake):
        jobs = planned(run_snakemake, "classifier_seeds=[0,3]")
        assert jobs == {"score_classifiers_1": 8, "classifier_table": 1}

    def test_a_classifier_of_scikit_learn_runs_alone(self, run_snakemake):
        trees = (
            "estimators={trees: {estimator: sklearn.ensemble.RandomForestClassifier, parameters: {n_estimators: 5}}}"
        )
        jobs = planned(run_snakemake, trees, "classifiers=[MLP,trees]")
        assert jobs == {"score_classifiers_0": 8, "classifier_table": 1}

    def test_what_the_classifier_does_with_a_method_s_images_leaves_the_images_alone(self, run_snakemake):
        jobs = planned(run_snakemake, "samplers={SMOTE: {logit_adjustment: 1}}")
        assert jobs == {"score_classifiers_0": 2, "classifier_table": 1}
