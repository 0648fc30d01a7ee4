"""FIDs averaged over the replicates, as in the paper's Tables 1 to 4."""

import pandas as pd

from deep_oversampling.errors import InputError
from deep_oversampling.paper import paper_fid
from deep_oversampling.schemas import FID_TABLE
from deep_oversampling.tables.grouping import beside_paper, by_appearance, describe, refuse_repeated

PAPER_EXTRACTOR = "inception"
"""The extractor whose FIDs are on the paper's scale."""

_METHOD = ["dataset", "minority", "imbalance_ratio", "method"]
_CELL = [*_METHOD, "class"]
_COUNTS = ["real_count", "synthetic_count"]


def fid_table(fids: pd.DataFrame, majority_count: int) -> pd.DataFrame:
    """Average FIDs over the replicates and put the paper's beside them.

    Parameters
    ----------
    fids : DataFrame
        The FIDs, with the columns of :data:`deep_oversampling.schemas.FID`; all of one extractor,
        since distances in different feature spaces can't be compared.
    majority_count : int
        Training images a majority class kept; the paper's numbers are joined only at its 3,200.

    Returns
    -------
    DataFrame
        The columns of :data:`deep_oversampling.schemas.FID_TABLE`, a row for each class of a method
        of a setting (paper, Tables 1 to 4). Data sets, settings and methods are in order of first
        appearance.
        ``replicates`` is how many FIDs the mean is over; ``fid_standard_deviation`` is that of a
        sample (n − 1), NaN for one replicate. The counts are images behind one FID. ``diversity_mean`` and
        ``asked_class_share_mean`` are those of :func:`deep_oversampling.fid.collapse.collapse_rows`.
        ``paper_table`` and ``paper_fid`` are null where the paper has no such cell, and with any
        extractor other than Inception.

    Raises
    ------
    InputError
        If there are no FIDs, they are of several extractors, a replicate is there twice, or the
        replicates of a cell differ in their number of images.
    """
    _check(fids)
    groups = by_appearance(fids, _METHOD).groupby([*_CELL, "extractor"], sort=False)
    table = groups.agg(
        real_count=("real_count", "first"),
        synthetic_count=("synthetic_count", "first"),
        replicates=("fid", "count"),
        fid_mean=("fid", "mean"),
        fid_standard_deviation=("fid", "std"),
        diversity_mean=("diversity", "mean"),
        asked_class_share_mean=("asked_class_share", "mean"),
    ).reset_index()
    published = paper_fid()
    if fids["extractor"].iloc[0] != PAPER_EXTRACTOR:
        published = published.iloc[:0]
    return beside_paper(table, published, _CELL, majority_count)[FID_TABLE.names]


def _check(fids: pd.DataFrame) -> None:
    if fids.empty:
        raise InputError("there are no FIDs to tabulate; add a method that makes synthetic images")
    extractors = fids["extractor"].unique()
    if len(extractors) > 1:
        raise InputError(f"FIDs of {' and '.join(extractors)} cannot stand in one table; tabulate each extractor alone")
    refuse_repeated(fids, [*_CELL, "replicate"], "FID")
    for column in _COUNTS:
        differing = fids[fids.groupby(_CELL)[column].transform("nunique") > 1]
        if len(differing):
            cell = describe(differing.iloc[0], _CELL)
            counts = sorted(differing.groupby(_CELL, sort=False)[column].unique().iloc[0].tolist())
            raise InputError(f"{column} of {cell} differs between replicates: {counts}; delete its FIDs and run again")
