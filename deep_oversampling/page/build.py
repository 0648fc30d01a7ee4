"""Puts the page together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from jinja2 import Environment, PackageLoader

from deep_oversampling import __version__
from deep_oversampling.names import NOT_IN_PAPER, dataset_label, minority_title
from deep_oversampling.page.figures import figure_sections
from deep_oversampling.page.tables import answer_table, fid_table, settings_table
from deep_oversampling.provenance import library_versions
from deep_oversampling.schemas import FID_TABLE
from deep_oversampling.statistics.fid_and_gain import correlation_sentence
from deep_oversampling.statistics.findings import findings
from deep_oversampling.storage import replacing
from deep_oversampling.tables.layout import Layout
from deep_oversampling.tables.published import classifier_layouts, fid_layouts, timing_layouts
from deep_oversampling.tables.render import table_style, to_html
from deep_oversampling.tables.runs import metrics_by_run
from deep_oversampling.tables.selection import select

_FILTERS = {
    "dataset": ("Data set", dataset_label),
    "minority": ("Minority classes", minority_title),
    "imbalance_ratio": ("Ratio ρ", str),
    "classifier": ("Classifier", str),
    "protocol": ("Protocol", str),
}


@dataclass(frozen=True)
class Results:
    """What the page tells.

    Attributes
    ----------
    scores, classifier, comparison, overall, ranks, timings : DataFrame
        With the columns of the schemas SCORE, CLASSIFIER_TABLE, COMPARISON, OVERALL_COMPARISON, RANKS and TIMING.
    fids, fid : DataFrame or None
        With those of FID and FID_TABLE; None without synthetic images.
    figures : sequence of str
        Files, from the results folder.
    adding : sequence of str
        The methods that add synthetic images.
    config : mapping
        The experiment's.
    """

    scores: pd.DataFrame
    classifier: pd.DataFrame
    comparison: pd.DataFrame
    overall: pd.DataFrame
    ranks: pd.DataFrame
    timings: pd.DataFrame
    fids: pd.DataFrame | None
    fid: pd.DataFrame | None
    figures: Sequence[str]
    adding: Sequence[str]
    config: Mapping[str, Any]


def write_page(path: str | Path, results: Results) -> None:
    """Write the page.

    Parameters
    ----------
    path : str or Path
        In the results folder; links and figures are relative to it.
    results : Results

    Raises
    ------
    InputError
        If the file can't be written.
    """
    environment = Environment(loader=PackageLoader("deep_oversampling.page", "."), autoescape=True)
    text = environment.get_template("index.html.j2").render(_content(results))
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _content(results: Results) -> dict[str, Any]:
    told = _findings(results)
    return {
        "summary": _summary(results),
        "findings": told,
        "has_findings": any(group["sentences"] for group in told),
        "caveats": _caveats(results),
        "filters": _filters(results.classifier),
        "answer": answer_table(results.ranks, results.overall),
        "settings": settings_table(results.classifier, results.comparison),
        "fids": None if results.fid is None else fid_table(results.fid),
        "figure_sections": figure_sections(results.figures),
        "layouts": _layouts(results),
        "layout_html": lambda layout: to_html(layout, links=True, sortable=True),
        "not_in_paper": NOT_IN_PAPER,
        "versions": library_versions(),
        "config": yaml.safe_dump(dict(results.config), sort_keys=False, allow_unicode=True),
        "footer": f"deep-oversampling {__version__}. The paper: Fajardo et al., Expert Systems with Applications 169"
        " (2021) 114463.",
        "style": f"{table_style()}\n{_text('page.css')}",
        "script": _text("page.js"),
    }


def _text(name: str) -> str:
    return files("deep_oversampling.page").joinpath(name).read_text(encoding="utf-8")


def _layouts(results: Results) -> list[Layout]:
    majority_count = results.config["majority_count"]
    fids = FID_TABLE.empty_table().to_pandas() if results.fid is None else results.fid
    layouts = fid_layouts(fids, majority_count)
    layouts += classifier_layouts(results.classifier, majority_count)
    layouts += timing_layouts(results.timings, majority_count)
    return sorted(layouts, key=lambda layout: layout.number or 0)


def _summary(results: Results) -> str:
    config = results.config
    data = " and ".join(dataset_label(name) for name in config["datasets"])
    ratios = ", ".join(map(str, config["ratios"]))
    settings = len(config["datasets"]) * len(config["minority_sets"]) * len(config["ratios"])
    return (
        f"{data}, imbalance ratio ρ = {ratios}, {config['majority_count']} images of a majority class; {settings}"
        f" setting{'s' * (settings != 1)} of {len(config['methods'])} methods on {len(config['replicates'])}"
        f" replicate{'s' * (len(config['replicates']) != 1)} with {len(config['classifier_seeds'])} classifier"
        f"{'s' * (len(config['classifier_seeds']) != 1)} each."
    )


def _findings(results: Results) -> list[dict[str, Any]]:
    return [
        {
            "title": f"Classifier {classifier}, protocol {protocol}",
            "sentences": _sentences(results, {"classifier": classifier, "protocol": protocol}),
        }
        for classifier, protocol in results.ranks[["classifier", "protocol"]].drop_duplicates().to_numpy()
    ]


def _sentences(results: Results, judge: Mapping[str, str]) -> list[str]:
    ranks, comparison, overall, scores = (
        select(table, **judge) for table in (results.ranks, results.comparison, results.overall, results.scores)
    )
    sentences = findings(ranks, comparison, overall, results.adding)
    if results.fids is not None:
        sentences.append(correlation_sentence(metrics_by_run(scores), results.fids))
    return list(filter(None, sentences))


def _caveats(results: Results) -> list[str]:
    caveats = []
    if len(results.config["replicates"]) == 1:
        caveats.append("One replicate was run, so no interval can be given: name more under replicates in the config.")
    if "paper" in results.config["protocols"]:
        caveats.append(
            "Protocol paper tunes the weight of synthetic images on folds that hold copies or neighbours of what was"
            " trained on; leak_free on real images alone."
        )
    return caveats


def _filters(classifier: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"name": axis, "title": title, "choices": [(str(value), show(value)) for value in classifier[axis].unique()]}
        for axis, (title, show) in _FILTERS.items()
    ]
