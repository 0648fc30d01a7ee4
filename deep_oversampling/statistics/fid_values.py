"""One FID for each synthetic set: the mean over its minority classes."""

import pandas as pd

_SYNTHETIC_SET = ["dataset", "minority", "imbalance_ratio", "method", "replicate"]


def fid_by_replicate(fids: pd.DataFrame) -> pd.DataFrame:
    """Average FIDs over the minority classes of a set.

    Parameters
    ----------
    fids : DataFrame
        A row a class, with the columns of :data:`deep_oversampling.schemas.FID`; of one extractor.

    Returns
    -------
    DataFrame
        ``dataset``, ``minority``, ``imbalance_ratio``, ``method``, ``replicate`` and ``fid``, in order of first
        appearance. A set that lacks the FID of some class is left out: its mean would be over other classes.
    """
    groups = fids.groupby(_SYNTHETIC_SET, sort=False)["fid"]
    means = groups.agg(fid="mean", classes="count").reset_index()
    complete = means["classes"] == means["minority"].str.count("-") + 1
    return means[complete].drop(columns="classes").reset_index(drop=True)


def incomplete_notes(fids: pd.DataFrame) -> list[str]:
    """Return a sentence on the sets that :func:`fid_by_replicate` leaves out; nothing if there are none."""
    left_out = len(fids[_SYNTHETIC_SET].drop_duplicates()) - len(fid_by_replicate(fids))
    return [f"{left_out} synthetic sets without an FID for every class are left out."] if left_out else []
