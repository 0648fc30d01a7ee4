"""The columns of every kind of Parquet file, declared once."""

import pyarrow as pa

MEASURED = {"measured": "true"}
"""Field metadata of what a clock gives: left out when two runs' contents are compared."""

RUN_FIELDS = [
    pa.field("dataset", pa.string()),
    pa.field("minority", pa.string()),
    pa.field("imbalance_ratio", pa.int32()),
    pa.field("replicate", pa.int32()),
]
"""The columns that name one skewed set."""


def image_schema(n_pixels: int) -> pa.Schema:
    """Return the columns of a set of grey images.

    Parameters
    ----------
    n_pixels : int
        Pixels of one image; each is one unsigned byte, row by row.

    Returns
    -------
    pyarrow.Schema
        ``image``, ``label`` and ``source_index``, the image's position in the original set
        (missing for synthetic images).
    """
    return pa.schema(
        [
            pa.field("image", pa.binary(n_pixels)),
            pa.field("label", pa.uint8()),
            pa.field("source_index", pa.uint32()),
        ]
    )


MANIFEST = pa.schema(
    [
        *RUN_FIELDS,
        pa.field("class", pa.int32()),
        pa.field("count", pa.int32()),
        pa.field("seed", pa.int64()),
        pa.field("images_sha256", pa.string()),
        pa.field("file_sha256", pa.string()),
        pa.field("file", pa.string()),
    ]
)

HISTORY = pa.schema(
    [
        pa.field("phase", pa.string()),
        pa.field("epoch", pa.int32()),
        pa.field("term", pa.string()),
        pa.field("value", pa.float64()),
        pa.field("seconds", pa.float64(), metadata=MEASURED),
        pa.field("images_per_second", pa.float64(), metadata=MEASURED),
    ]
)


def _candidates(name: str) -> pa.DataType:
    score = [pa.field(name, pa.float64()), pa.field("fold", pa.int32()), pa.field("minority_f1", pa.float64())]
    return pa.list_(pa.struct(score))


SCORE = pa.schema(
    [
        *RUN_FIELDS,
        pa.field("method", pa.string()),
        pa.field("classifier", pa.string()),
        pa.field("protocol", pa.string()),
        pa.field("classifier_seed", pa.int32()),
        pa.field("confusion", pa.list_(pa.list_(pa.int64()))),
        pa.field("log_loss", pa.list_(pa.float64())),
        pa.field("roc_auc", pa.list_(pa.float64())),
        pa.field("average_precision", pa.list_(pa.float64())),
        pa.field("calibration_error", pa.float64()),
        pa.field("candidates", _candidates("weight")),
        pa.field("chosen_weight", pa.float64()),
        pa.field("logit_adjustments", _candidates("strength")),
        pa.field("logit_adjustment", pa.float64()),
        pa.field("refitted_in_folds", pa.bool_()),
        pa.field("notes", pa.list_(pa.string())),
        pa.field("search_seconds", pa.float64(), metadata=MEASURED),
        pa.field("fit_seconds", pa.float64(), metadata=MEASURED),
    ]
)

FEATURE_STATISTICS = pa.schema(
    [
        pa.field("dataset", pa.string()),
        pa.field("class", pa.int32()),
        pa.field("extractor", pa.string()),
        pa.field("count", pa.int32()),
        pa.field("mean", pa.list_(pa.float64())),
        pa.field("covariance", pa.list_(pa.float64())),
    ]
)

FID = pa.schema(
    [
        *RUN_FIELDS,
        pa.field("method", pa.string()),
        pa.field("class", pa.int32()),
        pa.field("extractor", pa.string()),
        pa.field("real_count", pa.int32()),
        pa.field("synthetic_count", pa.int32()),
        pa.field("fid", pa.float64()),
        pa.field("diversity", pa.float64()),
        pa.field("asked_class_share", pa.float64()),
    ]
)

FID_TABLE = pa.schema(
    [
        pa.field("dataset", pa.string()),
        pa.field("minority", pa.string()),
        pa.field("imbalance_ratio", pa.int32()),
        pa.field("method", pa.string()),
        pa.field("class", pa.int32()),
        pa.field("extractor", pa.string()),
        pa.field("real_count", pa.int32()),
        pa.field("synthetic_count", pa.int32()),
        pa.field("replicates", pa.int32()),
        pa.field("fid_mean", pa.float64()),
        pa.field("fid_standard_deviation", pa.float64()),
        pa.field("diversity_mean", pa.float64()),
        pa.field("asked_class_share_mean", pa.float64()),
        pa.field("paper_table", pa.int32()),
        pa.field("paper_fid", pa.float64()),
    ]
)

CLASSIFIER_TABLE = pa.schema(
    [
        pa.field("dataset", pa.string()),
        pa.field("minority", pa.string()),
        pa.field("imbalance_ratio", pa.int32()),
        pa.field("method", pa.string()),
        pa.field("in_paper", pa.bool_()),
        pa.field("classifier", pa.string()),
        pa.field("protocol", pa.string()),
        pa.field("refitted_in_folds", pa.bool_()),
        pa.field("chosen_weight", pa.float64()),
        pa.field("logit_adjustment", pa.float64()),
        pa.field("scope", pa.string()),
        pa.field("runs", pa.int32()),
        pa.field("replicates", pa.int32()),
        pa.field("precision", pa.float64()),
        pa.field("precision_standard_error", pa.float64()),
        pa.field("recall", pa.float64()),
        pa.field("recall_standard_error", pa.float64()),
        pa.field("f1", pa.float64()),
        pa.field("f1_standard_deviation", pa.float64()),
        pa.field("f1_standard_error", pa.float64()),
        pa.field("f1_low", pa.float64()),
        pa.field("f1_high", pa.float64()),
        pa.field("lift_percent", pa.float64()),
        pa.field("balanced_accuracy", pa.float64()),
        pa.field("balanced_accuracy_standard_error", pa.float64()),
        pa.field("g_mean", pa.float64()),
        pa.field("g_mean_standard_error", pa.float64()),
        pa.field("roc_auc", pa.float64()),
        pa.field("roc_auc_standard_error", pa.float64()),
        pa.field("average_precision", pa.float64()),
        pa.field("average_precision_standard_error", pa.float64()),
        pa.field("log_loss", pa.float64()),
        pa.field("log_loss_standard_error", pa.float64()),
        pa.field("calibration_error", pa.float64()),
        pa.field("calibration_error_standard_error", pa.float64()),
        pa.field("paper_table", pa.int32()),
        pa.field("paper_precision", pa.float64()),
        pa.field("paper_recall", pa.float64()),
        pa.field("paper_f1", pa.float64()),
        pa.field("paper_lift_percent", pa.float64()),
    ]
)

TIMING = pa.schema(
    [
        *RUN_FIELDS,
        pa.field("method", pa.string()),
        pa.field("threads", pa.int32()),
        pa.field("processor", pa.string(), metadata=MEASURED),
        pa.field("seconds", pa.float64(), metadata=MEASURED),
    ]
)

COMPARISON = pa.schema(
    [
        pa.field("dataset", pa.string()),
        pa.field("minority", pa.string()),
        pa.field("imbalance_ratio", pa.int32()),
        pa.field("classifier", pa.string()),
        pa.field("protocol", pa.string()),
        pa.field("method", pa.string()),
        pa.field("in_paper", pa.bool_()),
        pa.field("scope", pa.string()),
        pa.field("reference", pa.string()),
        pa.field("replicates", pa.int32()),
        pa.field("difference", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("standard_error", pa.float64()),
        pa.field("p_value", pa.float64()),
        pa.field("holm_p", pa.float64()),
    ]
)

OVERALL_COMPARISON = pa.schema(
    [
        pa.field("classifier", pa.string()),
        pa.field("protocol", pa.string()),
        pa.field("scope", pa.string()),
        pa.field("reference", pa.string()),
        pa.field("method", pa.string()),
        pa.field("in_paper", pa.bool_()),
        pa.field("settings", pa.int32()),
        pa.field("settings_better", pa.int32()),
        pa.field("difference", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("wilcoxon_p", pa.float64()),
        pa.field("holm_p", pa.float64()),
    ]
)

RANKS = pa.schema(
    [
        pa.field("classifier", pa.string()),
        pa.field("protocol", pa.string()),
        pa.field("scope", pa.string()),
        pa.field("method", pa.string()),
        pa.field("in_paper", pa.bool_()),
        pa.field("settings", pa.int32()),
        pa.field("mean_f1", pa.float64()),
        pa.field("mean_rank", pa.float64()),
        pa.field("friedman_statistic", pa.float64()),
        pa.field("friedman_p", pa.float64()),
    ]
)
