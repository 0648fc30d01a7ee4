"""Where the tables are, and which of them an experiment has."""

from itertools import product

from deep_oversampling.names import dataset_label, extractor_label

SCORES = f"{RESULTS}/tables/scores.parquet"
FIDS = f"{RESULTS}/tables/fids_{EXTRACTOR}.parquet"
TIMINGS = f"{RESULTS}/tables/timings.parquet"
CLASSIFIER_TABLE = f"{RESULTS}/tables/classifier.parquet"
FID_TABLE = f"{RESULTS}/tables/fid_{EXTRACTOR}.parquet"
COMPARISON = f"{RESULTS}/tables/comparison.parquet"
OVERALL_COMPARISON = f"{RESULTS}/tables/comparison_over_settings.parquet"
RANKS = f"{RESULTS}/tables/ranks.parquet"

PAPER_SUFFIXES = ["html", "md", "csv", "tex"]
MAJORITY_COUNT = 3200
PAPER_SETTINGS = list(product(["mnist", "fashion-mnist"], [320, 80]))


def paper_table_names():
    """Return the names of the tables in the paper's layout: of the experiment's settings and of the paper's."""
    own = list(product(config["datasets"], config["ratios"]))
    both = list(dict.fromkeys(own + PAPER_SETTINGS))
    fids = [f"fid_{EXTRACTOR}_{dataset}_{ratio}" for dataset, ratio in own]
    fids = fids * bool(image_methods()) + [
        f"fid_inception_{dataset}_{ratio}" for dataset, ratio in PAPER_SETTINGS
    ]
    classifiers = [
        f"classifier_{dataset}_{ratio}_{classifier}_{protocol}"
        for classifier, protocol in product(config["classifiers"], config["protocols"])
        for dataset, ratio in (both if classifier == "MLP" else own)
    ]
    timings = ["timing"]
    if config["timing_replicates"] and config["majority_count"] != MAJORITY_COUNT:
        timings.append("timing_published")
    return list(dict.fromkeys(fids)) + classifiers + timings


def paper_table_labels(name):
    """Return what a table in the paper's layout is called in the report."""
    kind, *of = name.split("_", 4)
    if kind == "timing":
        return {"table": name.replace("_", ", "), "data set": "", "ratio": "", "by": ""}
    if kind == "fid":
        of = [*of[1:], extractor_label(of[0])]
    dataset, ratio, *judges = of
    judge = " ".join(judges).replace("_", " ")
    return {
        "table": "FID" if kind == "fid" else kind,
        "data set": dataset_label(dataset),
        "ratio": ratio,
        "by": judge,
    }


def table_files():
    """Return the tables of the experiment."""
    parquet = [CLASSIFIER_TABLE, COMPARISON, OVERALL_COMPARISON, RANKS, TIMINGS]
    parquet += [FID_TABLE] * bool(image_methods())
    csv = [path.replace(".parquet", ".csv") for path in parquet if path != TIMINGS]
    gathered = [SCORES] + [FIDS] * bool(image_methods())
    paper = [path for suffix in PAPER_SUFFIXES for path in paper_tables(suffix)]
    return gathered + parquet + csv + paper


def paper_tables(suffix):
    """Return the tables in the paper's layout as files of a kind."""
    return [f"{RESULTS}/tables/paper/{name}.{suffix}" for name in paper_table_names()]
