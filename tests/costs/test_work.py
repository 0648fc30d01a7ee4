import pytest
from planned import ADDED, REAL, SMOTE, job, score, training

from deep_oversampling.costs.flops import forward_flops
from deep_oversampling.costs.work import Work, work_of
from deep_oversampling.generators.conditional_vae import ConditionalVAE, CVAESettings

MLP_GFLOP = 6 * 20 * (784 * 512 + 512 * 512 + 512 * 10) / 1e9
"""Of a training, for each image: multiply and add, forward, and twice as much back, 20 times."""


def only(job):
    (work,) = work_of(job)
    return work


def test_images_are_what_the_classes_lack():
    assert only(job("oversample", definition=SMOTE)) == Work("oversample, SMOTE", ADDED, ADDED)
    assert only(job("sample_generator", definition=training())) == Work("sample_generator, CVAE", ADDED, ADDED)
    assert only(job("skew")) == Work("skew", volume=REAL)


@pytest.mark.parametrize("seeds", [1, 3])
def test_the_paper_s_search_is_twenty_fits_on_halves_and_one_on_all(seeds):
    work = only(score(SMOTE, seeds=seeds))
    assert work.kind == "tune and score, MLP"
    assert work.amount == pytest.approx(seeds * (20 * 16_000 + 32_000) * MLP_GFLOP)


def test_without_images_one_classifier_is_fitted_on_the_skewed_set():
    work = only(score({"class_weight": "balanced"}))
    assert (work.kind, work.amount) == ("score, MLP", pytest.approx(3 * REAL * MLP_GFLOP))


@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
def test_a_tuned_adjustment_fits_a_classifier_more_for_every_fold_of_real_images(protocol):
    work = only(score({"logit_adjustment": "tuned"}, protocol))
    assert work.amount == pytest.approx(3 * (10 * REAL / 2 + REAL) * MLP_GFLOP)


def test_a_tuned_adjustment_of_an_oversampler_comes_on_top_of_its_search():
    work = only(score({**SMOTE, "logit_adjustment": "tuned"}))
    assert work.amount == pytest.approx(3 * (20 * 16_000 + 10 * 16_000 + 32_000) * MLP_GFLOP)


def test_a_classifier_of_scikit_learn_is_a_kind_of_its_own():
    forest = {"estimator": "sklearn.ensemble.RandomForestClassifier"}
    assert only(score(SMOTE, classifier=forest, seeds=1)) == Work(
        "tune and score, RandomForestClassifier", 20 * 16_000 + 32_000
    )


@pytest.mark.parametrize(("parameters", "images"), [({}, REAL), ({"balance_first": True}, 32_000)])
def test_a_training_passes_every_image_through_every_network_once_an_epoch(parameters, images):
    work = only(job("train_generator", definition=training(**parameters)))
    model = ConditionalVAE(CVAESettings(widths=(8, 8, 16), latent_size=4), seed=0)
    networks = forward_flops(model.encoder) + forward_flops(model.generator)
    assert work.kind == "train_generator, CVAE"
    assert work.amount == pytest.approx(3 * images * networks / 1e9)
    assert work.volume == model.generator.count_params()


def test_flops_are_two_for_each_weight_of_a_dense_network():
    keras = pytest.importorskip("keras")
    network = keras.Sequential([keras.Input((7,)), keras.layers.Dense(5), keras.layers.Dense(3)])
    assert forward_flops(network) == 2 * (7 * 5 + 5 * 3)


def test_leak_free_scores_of_a_generator_train_it_in_every_fold():
    scoring, refits = work_of(score(training(), "leak_free"))
    trained = only(job("train_generator", definition=training()))
    assert scoring.kind == "tune and score, MLP"
    assert (refits.kind, refits.amount, refits.volume) == (trained.kind, pytest.approx(trained.amount * 10 / 2), 0)
    assert len(work_of(score({**training(), "refit_in_folds": False}, "leak_free"))) == 1
    assert len(work_of(score(training()))) == 1
    assert work_of(score({**training(), "logit_adjustment": "tuned"}))[1] == refits


@pytest.mark.parametrize(("maximum", "images"), [(None, 3 * 3190), (1000, 3000), (5000, 3 * 3190)])
def test_an_fid_sees_at_most_so_many_images_of_a_minority_class(maximum, images):
    fid = job("fid", definition=SMOTE, extractor="inception", maximum_images=maximum)
    assert only(fid) == Work("fid, inception", images)


@pytest.mark.parametrize(
    ("timed", "amount"), [("SMOTE", ADDED), ("Tuned SMOTE", 25 * 0.8 * 32_000 * MLP_GFLOP)], ids=["plain", "tuned"]
)
def test_what_is_timed_is_a_kind_of_its_own(timed, amount):
    work = only(job("time_balancing", timed=timed, mlp={}, cvae={}))
    assert (work.kind, work.amount) == (f"time_balancing, {timed}", pytest.approx(amount))


def test_gathering_grows_with_the_files_and_tables_with_nothing():
    assert only(job("gather_scores", n_inputs=2340)) == Work("gather_scores", 2340)
    assert only(job("fid_table", n_inputs=9)) == Work("fid_table")


def test_an_unknown_generator_s_work_is_its_epochs(monkeypatch, tmp_path):
    (tmp_path / "own_sampler.py").write_text(
        "class Own:\n"
        "    def __init__(self, epochs=1): ...\n"
        "    def fit_resample(self, X, y): ...\n"
        "    def load(self, path): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    definition = {"generator": "own_sampler.Own", "parameters": {"epochs": 7}}
    assert only(job("train_generator", definition=definition)) == Work("train_generator, Own", 7 * REAL)
