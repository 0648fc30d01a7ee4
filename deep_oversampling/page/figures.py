"""The figures of the page: what each file shows and what it is filtered by."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deep_oversampling.names import dataset_label, extractor_label, minority_title, protocol_label

_RUN = "(?P<dataset>[^/]+)/(?P<minority>[^/]+)/(?P<imbalance_ratio>[^/]+)"
_SCORED = "(?P<classifier>[^/]+)/(?P<protocol>[^/]+)"


@dataclass(frozen=True)
class Kind:
    """What the figures of one folder show.

    Attributes
    ----------
    name : str
        The folder.
    pattern : str
        A regular expression of the rest of the path, whose named groups say what is shown.
    title, note : str
    folded : bool
        Whether the page shows the figures only when asked to.
    """

    name: str
    pattern: str
    title: str
    note: str
    folded: bool = False


KINDS = (
    Kind(
        "minority_f1",
        f"(?P<dataset>[^/]+)/{_SCORED}",
        "Minority F1",
        "Means with 95 % intervals over the replicates; hollow diamonds, if any, are the paper's.",
    ),
    Kind(
        "critical_difference",
        _SCORED,
        "Ranks over all settings",
        "Mean rank of the minority F1; methods joined by a bar do not differ by Nemenyi's test.",
    ),
    Kind("fid", "(?P<extractor>[^/]+)/(?P<dataset>[^/]+)", "FID", "Mean over the minority classes; lower is better."),
    Kind(
        "fid_and_gain",
        f"(?P<extractor>[^/]+)/{_SCORED}",
        "Does a better FID predict a better classifier?",
        "A dot for each method of each setting.",
    ),
    Kind("methods", f"{_RUN}/(?P<replicate>[^/]+)", "What the methods draw", "Real images and each method's.", True),
    Kind(
        "images",
        f"{_RUN}/(?P<replicate>[^/]+)/(?P<method>[^/]+)",
        "Images by method",
        "A row for each minority class: real images of the skewed set and synthetic ones.",
        True,
    ),
    Kind(
        "weights",
        f"(?P<dataset>[^/]+)/{_SCORED}",
        "Chosen weights",
        "The weight of synthetic images in the loss that each run chose.",
        True,
    ),
    Kind("confusion", f"{_RUN}/{_SCORED}", "Confusion matrices", "Shares of each true class, over all runs.", True),
    Kind(
        "learning_curves",
        f"{_RUN}/(?P<replicate>[^/]+)/(?P<method>[^/]+)",
        "Learning curves",
        "Losses of the generators by epoch.",
        True,
    ),
)
"""Every kind of figure, in the order of the page."""


@dataclass(frozen=True)
class PageFigure:
    """A figure on the page.

    Attributes
    ----------
    path : str
        From the results folder.
    title : str
    axes : mapping of str
        What the filters see.
    """

    path: str
    title: str
    axes: Mapping[str, str]


@dataclass(frozen=True)
class FigureSection:
    """The figures of one kind."""

    kind: Kind
    figures: tuple[PageFigure, ...]


def figure_sections(paths: Iterable[str]) -> list[FigureSection]:
    """Sort figures into the page's sections.

    Parameters
    ----------
    paths : iterable of str
        From the results folder, ``figures/{kind}/…``.

    Returns
    -------
    list of FigureSection
        In the order of :data:`KINDS`; kinds without figures are left out.
    """
    paths = list(paths)
    sections = [FigureSection(kind, tuple(filter(None, (_described(kind, path) for path in paths)))) for kind in KINDS]
    return [section for section in sections if section.figures]


def _described(kind: Kind, path: str) -> PageFigure | None:
    match = re.fullmatch(rf"figures/{kind.name}/{kind.pattern}\.\w+", path)
    if not match:
        return None
    axes = match.groupdict()
    return PageFigure(path, f"{kind.title}: {_title(axes)}", axes)


def _title(axes: Mapping[str, str]) -> str:
    shown = {
        "method": str,
        "dataset": dataset_label,
        "minority": minority_title,
        "imbalance_ratio": "ρ = {}".format,
        "replicate": "replicate {}".format,
        "classifier": str,
        "protocol": protocol_label,
        "extractor": extractor_label,
    }
    return ", ".join(show(axes[axis]) for axis, show in shown.items() if axis in axes)
