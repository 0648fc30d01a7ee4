"""What a user gets wrong, told by Snakemake before any job: one line, a status other than 0, no traceback, no file."""

from pathlib import Path

import pytest
import yaml
from forked import run_forked
from smoke_run import ROOT, Outcome

pytestmark = pytest.mark.workflow

SMOKE = ROOT / "presets" / "smoke.yaml"


@pytest.fixture
def folder(tmp_path):
    """Where Snakemake is to run; it has nothing in it."""
    folder = tmp_path / "working"
    folder.mkdir()
    return folder


def assert_refused(outcome: Outcome, folder: Path, line: str) -> None:
    assert outcome.status == 1
    assert "Traceback" not in outcome.output
    told = [said for said in outcome.output.splitlines() if line in said]
    assert len(told) == 1, outcome.output
    assert [path for path in folder.rglob("*") if ".snakemake" not in path.parts] == []
    assert not Path(ROOT, "ran").exists()


CVAE = "CVAE: {generator: deep_oversampling.samplers.cvae.CVAE, parameters"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        # Keys
        ("sed=1", "unknown key 'sed'; did you mean 'seed'?"),
        ("ratio=[10]", "unknown key 'ratio'; did you mean 'ratios'?"),
        ("mlp={droput: 0.1}", "mlp: unknown key 'droput'; did you mean 'dropout'?"),
        ("samplers={SMOTE: {k_neighbors: 3}}", "samplers.SMOTE: unknown key 'k_neighbors'"),
        ("fid={maximum: 3}", "fid: unknown key 'maximum'"),
        # Types and ranges
        ("seed=", "seed: None is not of type 'integer'"),
        ("seed=-1", "seed: -1 is less than the minimum of 0"),
        ("seed=4294967296", "seed: 4294967296 is greater than the maximum"),
        ("threads=0", "threads: 0 is less than the minimum of 1"),
        ("threads=1000000000000", "threads: 1000000000000 is greater than the maximum of 4096"),
        ("threads=two", "threads: 'two' is not of type 'integer'"),
        ("datasets=[cifar]", "datasets.0: 'cifar' is not one of ['mnist', 'fashion-mnist']"),
        ("datasets=mnist", "datasets: 'mnist' is not of type 'array'"),
        ("minority_sets=[3,4]", "is not of type 'array'"),
        ("replicates=[-1]", "replicates.0: -1 is less than the minimum of 0"),
        ("replicates=[0,0]", "replicates: [0, 0] has non-unique elements"),
        ("methods=[]", "methods: [] should be non-empty"),
        ("methods=[SMOTE", "methods: '[SMOTE' is not of type 'array'"),
        ("protocols=[both]", "protocols.0: 'both' is not one of ['paper', 'leak_free']"),
        ("mlp={epochs: true}", "mlp.epochs: True is not of type 'integer'"),
        ("mlp={epochs: 0}", "mlp.epochs: 0 is less than the minimum of 1"),
        ("mlp={learning_rate: .inf}", "mlp.learning_rate: '.inf' is not of type 'number'"),
        ("mlp={dropout: 1}", "mlp.dropout: 1 is greater than or equal to the maximum of 1"),
        ("fid={extractor: vgg}", "fid.extractor: 'vgg' is not one of ['lenet', 'inception']"),
        ("fid={maximum_images: 1}", "fid.maximum_images: 1 is less than the minimum of 2"),
        ("temporary=[scores]", "temporary.0: 'scores' is not one of ['skewed', 'generators', 'synthetic']"),
        ("seeds_per_job=0", "seeds_per_job: 0 is less than the minimum of 1"),
        ("lenet={batch_size: 1}", "lenet.batch_size: 1 is less than the minimum of 2"),
        # Values against each other
        ("ratios=[7]", "imbalance ratio 7 does not divide the majority count 100"),
        ("ratios=[1]", "ratios.0: 1 is less than the minimum of 2"),
        (f"ratios=[1{400 * '0'}]", "does not divide the majority count 100"),
        ("ratios=[1000]", "imbalance ratio 1000 does not divide"),
        ("majority_count=7000", "majority_count: no class of mnist has 7000 images; the largest has 6742"),
        ("minority_sets=[[10]]", "minority class 10 is outside"),
        ("minority_sets=[[0,1,2,3,4,5,6,7,8,9]]", "leave at least one majority class"),
        ("minority_sets=[[3,4],[4,3]]", "minority_sets: [3, 4] and [4, 3] are the same set"),
        ("weight_search={start: 60}", "weight_search: start 60 is above stop 50"),
        ("weight_search={folds: 11}", "folds 11 needs as many images of every class, but the smallest class has 10"),
        ("methods=[SMOT]", "methods: unknown method 'SMOT'; did you mean 'SMOTE'?"),
        ("classifiers=[forest]", "classifiers: unknown classifier 'forest'; known: MLP"),
        ("data_dir=/no/such/folder", "data_dir: there is no folder /no/such/folder"),
        (f"data_dir={300 * 'x'}", "data_dir: there is no folder xxx"),
        # Methods and classifiers that can't be
        ("samplers={SMOTE: {sampler: imblearn.over_sampling.SMOET}}", "no sampler imblearn.over_sampling.SMOET"),
        ("samplers={SMOTE: {sampler: snakemake.__main__.X}}", "samplers.SMOTE.sampler: snakemake.__main__.X is in a"),
        ("samplers={SMOTE: {sampler: os.system}}", "samplers.SMOTE: no sampler os.system: not a class"),
        (
            "samplers={SMOTE: {parameters: {k_neighbors: 50}}}",
            "k_neighbors 50 needs more than 50 images of every class",
        ),
        ("samplers={SMOTE: {parameters: {random_state: 1}}}", "samplers.SMOTE.parameters: leave out random_state"),
        ("samplers={CVAE: {generator: deep_oversampling.samplers.cvae.CVEA}}", "samplers.CVAE: no class 'CVEA'"),
        (f"samplers={{{CVAE}: {{epoch: 5}}}}}}", "samplers.CVAE: unknown parameter 'epoch'; did you mean epochs?"),
        (f"samplers={{{CVAE}: {{epochs: two}}}}}}", "samplers.CVAE: The 'epochs' parameter of CVAE must be an int in"),
        (f"samplers={{{CVAE}: {{widths: [8, 0, 8]}}}}}}", "samplers.CVAE: The 'widths' parameter of CVAE must be 3"),
        (f"samplers={{{CVAE}: {{latent_size: 1000000000}}}}}}", "samplers.CVAE: The 'latent_size' parameter of CVAE"),
        ("samplers={CVAE: {generator: deep_oversampling.samplers.deep.DeepOverSampler}}", "keeps no trained generator"),
        ("samplers={CVAE: {generator: os.system}}", "samplers.CVAE: no module 'os' in Python"),
        ("samplers={CVAE: {generator: math.CVAE}}", "samplers.CVAE: no module 'math' in Python"),
        ("samplers={SMOTE: {class_weight: balanced}}", "samplers.SMOTE: class_weight changes nothing beside sampler"),
        (
            "classifiers=[F] estimators={F: {estimator: sklearn.ensemble.RandomForest}}",
            "estimators.F: no classifier sklearn.ensemble.RandomForest",
        ),
        ("classifiers=[F] estimators={F: {estimator: os.system, parameters: {command: touch ran}}}", "not a class"),
        (
            "classifiers=[F] estimators={F: {estimator: subprocess.Popen, parameters: {args: [touch, ran]}}}",
            "estimators.F: subprocess.Popen must take sample_weight",
        ),
        (
            "classifiers=[F] estimators={F: {estimator: sklearn.neighbors.KNeighborsClassifier}}",
            "estimators.F: sklearn.neighbors.KNeighborsClassifier must take sample_weight",
        ),
        # Names that would be commands or lead out of the results folder
        ("results_dir=../../../etc/$(id)", "results_dir: '../../../etc/$(id)' does not match"),
        ("results_dir=a;b", "results_dir: 'a;b' does not match"),
        ("results_dir=-rf", "results_dir: '-rf' does not match"),
        ("results_dir=~/results", "results_dir: '~/results' does not match"),
        ("results_dir=rés", "results_dir: 'rés' does not match"),
        ("methods=[../SMOTE]", "methods.0: '../SMOTE' does not match"),
        (f"methods=[{300 * 'x'}]", "methods.0: 'xxx"),
        ("methods=[$HOME]", "methods.0: '$HOME' does not match"),
        ("samplers={a/b: {class_weight: balanced}}", "samplers: 'a/b' does not match"),
        ("classifiers=['a b']", "classifiers.0: 'a b' does not match"),
        # Folders
        ("results_dir=.", "results_dir: . has the project itself in it"),
        ("results_dir=..", "results_dir: .. has the project itself in it"),
        ("results_dir=/", "results_dir: / has the project itself in it"),
        ("results_dir=/etc", "results_dir: /etc has other files in it"),
        ("results_dir=/dev/null", "leads to no folder; name another"),
        ("results_dir=/dev/null/results", "leads to no folder; name another"),
    ],
)
def test_a_mistake_in_the_config(folder, change, message):
    outcome = run_forked(folder, ["--configfile", str(SMOKE), "--config", *change.split(" ", change.count(" est"))])
    assert_refused(outcome, folder, message)
    assert outcome.error_lines == [line for line in outcome.output.splitlines() if message in line]


LAUGHS = f"[&a0 [1], {', '.join(f'&a{level + 1} [' + ', '.join([f'*a{level}'] * 9) + ']' for level in range(9))}]"
"""Nine levels of nine aliases each."""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SMOKE.read_text() + "\nseed: 5\n", "has 'seed' a second time on line 43; leave one out"),
        (SMOKE.read_text().replace("epochs: 3,", "epochs: 3, epochs: 4,"), "has 'epochs' a second time on line 26"),
        (SMOKE.read_text().replace("seed: 2021\n", ""), "'seed' is a required property"),
        ("{}", "is a required property"),
        ("", "must be given as JSON or YAML with keys at top level"),
        ("- seed\n", "must be given as JSON or YAML with keys at top level"),
        ("seed: [1\n", "is not valid JSON or YAML"),
        ("\tseed: 1\n", "is not valid JSON or YAML"),
        (SMOKE.read_text().replace("[10]", "&ratios [*ratios]"), "has a part that contains itself"),
        (SMOKE.read_text().replace("[10]", LAUGHS), "has more than 100000 parts"),
        ("seed: !!python/object/apply:os.system ['touch ran']\n", "is not valid JSON or YAML"),
    ],
)
def test_a_mistake_in_the_config_file(folder, content, message):
    config = folder.with_suffix(".yaml")
    config.write_text(content)
    assert_refused(run_forked(folder, ["--configfile", str(config)]), folder, message)


@pytest.mark.parametrize(
    "target",
    [
        "nothing",
        "results_smoke/synthetic/mnist/3-4/10/0/Imbalanced.parquet",
        "results_smoke/synthetic/mnist/3-4/10/0/ADASYN.parquet",
        "results_smoke/scores/mnist/3-4/10/0/SMOTE/MLP/both/0.parquet",
        "results_smoke/skewed/fashion-mnist/3-4/10/0.parquet",
        "results_smoke/skewed/mnist/3-4/../../../../../etc/10/0.parquet",
        "results_smoke/skewed/mnist/3-4/10/-1.parquet",
        "results_smoke/skewed/mnist/3-4/0/0.parquet",
        "results_smoke/skewed/mnist/3-4/010/00.parquet",
        "results_smoke/scores/mnist/3-4/10/0/FOO/MLP/paper/0.parquet",
        "results_smoke/scores/mnist/3-4/10/0/CVAE/FOO/paper/0.parquet",
        "results/index.html",
    ],
)
def test_what_the_experiment_doesn_t_have(folder, target):
    outcome = run_forked(folder, ["--configfile", str(SMOKE), "--", target])
    assert_refused(outcome, folder, "No rule to produce ")


def test_every_config_that_is_refused_here_is_otherwise_fine(folder):
    outcome = run_forked(folder, ["--configfile", str(SMOKE), "--dry-run"])
    assert outcome.status == 0, outcome.output
    assert yaml.safe_load(SMOKE.read_text())["results_dir"] == "results_smoke"
