"""The numbers that the paper published: Fajardo et al. (2021), Expert Systems with Applications 169, 114463."""

from importlib.resources import as_file, files

import pandas as pd

MAJORITY_COUNT = 3200
"""Training images a majority class keeps in every one of the paper's experiments (section 4.1)."""


def paper_fid() -> pd.DataFrame:
    """Return the FIDs of the paper's Tables 1 to 4, each a mean over 5 skewed sets.

    Returns
    -------
    DataFrame
        A row for each cell:

        - ``table``: int, 1 to 4;
        - ``dataset``: str, as in :data:`deep_oversampling.datasets.catalogue.DATASETS`;
        - ``minority``: str, the minority classes m, for example ``"3-4-5"``;
        - ``imbalance_ratio``: int, ρ, 320 or 80;
        - ``method``: str, as printed, for example ``"R-CVAE"``;
        - ``class``: int, the minority class whose images are compared;
        - ``fid``: float, lower is better.
    """
    return _read("fid.csv")


def paper_classifier() -> pd.DataFrame:
    """Return the classifier's metrics of the paper's Tables 5 to 8, each a mean over 15 classifiers.

    Returns
    -------
    DataFrame
        A row for each method and scope of a setting:

        - ``table``: int, 5 to 8;
        - ``dataset``, ``minority``, ``imbalance_ratio``, ``method``: as in :func:`paper_fid`;
        - ``scope``: str, the classes averaged over, ``"minority"``, ``"majority"`` or ``"overall"``;
        - ``precision``, ``recall``, ``f1``: float, 0 to 1, to three decimals;
        - ``lift_percent``: float, the overall F1 above SMOTE's in percent of it; NaN for SMOTE and
          outside the overall scope;
        - ``best_minority_f1``: boolean, whether the paper stars the method; missing outside the
          minority scope.
    """
    return _read("classifier.csv").astype({"best_minority_f1": "boolean"})


def paper_timing() -> pd.DataFrame:
    """Return the times to balance one training set of the paper's Table 9.

    Returns
    -------
    DataFrame
        A row for each cell:

        - ``table``: int, 9;
        - ``dataset``, ``minority``, ``imbalance_ratio``: as in :func:`paper_fid`;
        - ``method``: str, ``"SMOTE"``, ``"Tuned SMOTE"`` or ``"CVAE"`` (10 epochs);
        - ``seconds``: float, on a 1.4 GHz quad-core laptop.
    """
    return _read("timing.csv")


def _read(name: str) -> pd.DataFrame:
    with as_file(files(__name__) / name) as path:
        frame = pd.read_csv(path)
    return frame.assign(dataset=frame["dataset"].str.replace("_", "-"))
