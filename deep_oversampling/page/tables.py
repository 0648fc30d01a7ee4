"""The sortable tables of the page: the answer by method, every setting, every FID."""

import pandas as pd

from deep_oversampling.names import extractor_label
from deep_oversampling.page.sortable import (
    Column,
    SortableTable,
    Value,
    interval,
    judge_columns,
    method_column,
    number,
    p_value,
    setting_columns,
    sortable,
)
from deep_oversampling.statistics.comparison import REFERENCES
from deep_oversampling.tables.runs import METHOD

_CLASSIFIER = "tables/classifier.parquet"
_COMPARISON = "tables/comparison.parquet"
_OVERALL = "tables/comparison_over_settings.parquet"
_RANKS = "tables/ranks.parquet"


def answer_table(ranks: pd.DataFrame, overall: pd.DataFrame) -> SortableTable:
    """Return a row for each method: its minority F1 over all settings, and how far it is from the references.

    Parameters
    ----------
    ranks, overall : DataFrame
        As :func:`deep_oversampling.statistics.ranks.rank` and
        :func:`deep_oversampling.statistics.comparison.compare_over_settings` return them.

    Returns
    -------
    SortableTable
    """
    family = ["classifier", "protocol", "method"]
    frame = ranks[ranks["scope"] == "minority"]
    columns = [
        method_column(),
        *judge_columns(),
        number("Settings", "settings", _RANKS, 0),
        number("Minority F1", "mean_f1", _RANKS),
        number("Mean rank", "mean_rank", _RANKS, 2),
    ]
    for reference in REFERENCES:
        of_reference = overall[(overall["scope"] == "minority") & (overall["reference"] == reference)]
        if of_reference.empty:
            continue
        measures = ["difference", "low", "high", "holm_p"]
        named = {measure: f"{measure} {reference}" for measure in measures}
        frame = frame.merge(of_reference[family + measures].rename(columns=named), how="left", on=family)
        difference = (named["difference"], named["low"], named["high"])
        columns.append(interval(f"Difference from {reference}", difference, _OVERALL, signed=True))
        columns.append(p_value(f"p against {reference}", named["holm_p"], _OVERALL, reference))
    note = (
        "Means over all settings, whatever data set, minority classes and ratio the filters name; in brackets 95 %"
        " intervals over the replicates; p of Wilcoxon's signed-rank test over settings, Holm-corrected, not tested"
        " where there are too few settings for so many methods."
    )
    ranked = frame.sort_values("mean_f1", ascending=False)
    return sortable("answer", "Minority F1 by method", note, columns, ranked)


def settings_table(classifier: pd.DataFrame, comparison: pd.DataFrame) -> SortableTable:
    """Return a row for each method of each setting, with everything that was measured.

    Parameters
    ----------
    classifier : DataFrame
        With the columns of :data:`deep_oversampling.schemas.CLASSIFIER_TABLE`.
    comparison : DataFrame
        As :func:`deep_oversampling.statistics.comparison.compare` returns them.

    Returns
    -------
    SortableTable
    """
    frame = classifier[classifier["scope"] == "overall"]
    f1 = ["f1", "f1_low", "f1_high"]
    minority = classifier[classifier["scope"] == "minority"][[*METHOD, *f1, "precision", "recall", "paper_f1"]]
    frame = frame.merge(minority, on=METHOD, suffixes=("", " minority"), validate="one_to_one")
    smote = comparison[(comparison["scope"] == "minority") & (comparison["reference"] == "SMOTE")]
    frame = frame.merge(smote[[*METHOD, "difference", "low", "high", "holm_p"]], how="left", on=METHOD)
    columns = [
        method_column(),
        *setting_columns(scored=True),
        interval("Minority F1", tuple(f"{name} minority" for name in f1), _CLASSIFIER),
        number("Paper's minority F1", "paper_f1 minority", _CLASSIFIER),
        interval("Difference from SMOTE", ("difference", "low", "high"), _COMPARISON, signed=True),
        p_value("p against SMOTE", "holm_p", _COMPARISON, "SMOTE"),
        number("Minority precision", "precision minority", _CLASSIFIER),
        number("Minority recall", "recall minority", _CLASSIFIER),
        interval("Overall F1", ("f1", "f1_low", "f1_high"), _CLASSIFIER),
        number("Lift %", "lift_percent", _CLASSIFIER, signed=True),
        number("Balanced accuracy", "balanced_accuracy", _CLASSIFIER),
        number("G-mean", "g_mean", _CLASSIFIER),
        number("ROC-AUC", "roc_auc", _CLASSIFIER, 4),
        number("Average precision", "average_precision", _CLASSIFIER),
        number("Log-loss", "log_loss", _CLASSIFIER),
        number("Calibration error", "calibration_error", _CLASSIFIER),
        number("Mean weight of synthetic images", "chosen_weight", _CLASSIFIER, 1),
        number("Mean τ", "logit_adjustment", _CLASSIFIER, 2),
        Column("Replicates × seeds", _runs),
        Column("Oversampled in folds", _in_folds, numeric=False, names=True),
    ]
    note = "In brackets 95 % intervals over the replicates; p of a paired t-test over replicates, Holm-corrected."
    return sortable("settings", "Every method in every setting", note, columns, frame)


def _in_folds(record: dict[str, object]) -> Value:
    refitted = record["refitted_in_folds"]
    text = "" if pd.isna(refitted) else "anew" if refitted else "as a whole"
    return Value(text, text)


def _runs(record: dict[str, object]) -> Value:
    folder = "scores/{dataset}/{minority}/{imbalance_ratio}/".format(**record)
    return Value(f"{record['replicates']} × {record['runs'] // record['replicates']}", float(record["runs"]), folder)


def fid_table(fids: pd.DataFrame) -> SortableTable:
    """Return a row for each class of each method of each setting.

    Parameters
    ----------
    fids : DataFrame
        With the columns of :data:`deep_oversampling.schemas.FID_TABLE`, of one extractor.

    Returns
    -------
    SortableTable
    """
    extractor = fids["extractor"].iloc[0]
    source = f"tables/fid_{extractor}.parquet"
    columns = [
        method_column(),
        *setting_columns(scored=False),
        number("Class", "class", source, 0),
        number("Replicates", "replicates", source, 0),
        number("FID", "fid_mean", source, 1),
        number("Standard deviation", "fid_standard_deviation", source, 1),
        number("Paper's FID", "paper_fid", source, 1),
        number("Diversity", "diversity_mean", source, 2),
        number("Share of the asked class", "asked_class_share_mean", source, 2),
    ]
    note = (
        f"Features of {extractor_label(extractor)}; lower FIDs are better. Diversity is 1 where synthetic images are as"
        " varied as real ones and 0 where they are copies of one."
    )
    return sortable("fids", "FID by class", note, columns, fids)
