"""The page, the figures and Snakemake's own report of the smoke run."""

import html
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image

from deep_oversampling.storage import read_frame

pytestmark = pytest.mark.workflow

ROOT = Path(__file__).resolve().parents[2]


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.files = set()

    def handle_starttag(self, tag, attributes):
        target = dict(attributes).get("href" if tag == "a" else "src")
        if target and not target.startswith(("#", "data:")):
            self.files.add(target)


def links_of(path):
    links = Links()
    links.feed(path.read_text())
    return links.files


def test_every_link_of_the_page_leads_to_a_file(smoke):
    links = links_of(smoke / "index.html")
    assert "tables/classifier.parquet" in links
    for link in links:
        assert (smoke / link).exists(), link


def test_every_figure_is_on_the_page_and_can_be_drawn(smoke, visit):
    figures = sorted(path for path in (smoke / "figures").rglob("*") if path.is_file())
    assert {path.relative_to(smoke / "figures").parts[0] for path in figures} >= {
        *("confusion", "fid", "fid_and_gain", "images", "learning_curves", "methods", "minority_f1", "weights")
    }
    for path in figures:
        if path.suffix == ".svg":
            assert ElementTree.parse(path).getroot().tag.endswith("svg")
        else:
            with Image.open(path) as image:
                image.verify()
    with visit(smoke / "index.html") as page:
        for details in page.locator("details").all():
            details.evaluate("element => { element.open = true }")
        shown = page.locator("figure img")
        assert shown.count() == len(figures)
        for number in range(shown.count()):
            shown.nth(number).scroll_into_view_if_needed()
        page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth > 0)")


def test_the_page_shows_the_numbers_of_the_parquet_files(smoke, visit):
    table = read_frame(smoke / "tables" / "classifier.parquet")
    wanted = table[(table["scope"] == "minority") & (table["protocol"] == "leak_free")].set_index("method")["f1"]
    with visit(smoke / "index.html") as page:
        page.select_option("form.filters select[name=protocol]", "leak_free")
        rows = page.locator("#settings tbody tr:visible")
        found = {row.locator("td").nth(0).text_content(): row.locator("td").nth(2).text_content() for row in rows.all()}
    assert {name.removesuffix(" †"): text for name, text in found.items()} == {
        name: f"{value:.3f}" for name, value in wanted.items()
    }


def test_tables_in_all_formats_agree(smoke):
    csv = pd.read_csv(smoke / "tables" / "paper" / "classifier_mnist_10_MLP_paper.csv")
    markdown = (smoke / "tables" / "paper" / "classifier_mnist_10_MLP_paper.md").read_text()
    latex = (smoke / "tables" / "paper" / "classifier_mnist_10_MLP_paper.tex").read_text()
    assert set(csv["method"]) == {"Imbalanced", "SMOTE", "CVAE", "TunedLogitAdjustment"}
    for value in csv["ours"]:
        shown = f"{value:.3f}"
        assert shown.replace("-", "−") in markdown
        assert shown.replace("-", "$-$") in latex


def test_timings_are_of_this_machine_and_one_a_method(smoke):
    timings = read_frame(smoke / "tables" / "timings.parquet")
    assert list(timings["method"]) == ["SMOTE", "Tuned SMOTE", "CVAE"]
    assert (timings["seconds"] > 0).all()


def test_snakemake_s_report_is_one_file_with_every_table_and_figure(run_snakemake, smoke, visit):
    outcome = run_snakemake("--report", "report.html")
    assert outcome.status == 0, outcome.output[-3000:]
    report = run_snakemake.folder / "report.html"
    assert report.stat().st_size > 1_000_000
    with visit(report) as page:
        page.get_by_text("Results", exact=False).first.wait_for()
        text = page.content()
    for category in ("Tables in the paper", "Classifier", "Synthetic images", "Training"):
        assert category in text
    embedded = report.read_text()
    assert "weight_search" in embedded
    assert "Ours, the paper's number and the difference" in html.unescape(embedded)


@pytest.mark.parametrize("graph", ["rulegraph", "dag"])
@pytest.mark.parametrize(("form", "start"), [("dot", "digraph"), ("mermaid-js", "---\ntitle: DAG")])
def test_graphs_of_rules_and_jobs(run_snakemake, graph, form, start):
    outcome = run_snakemake(f"--{graph}", form, "--quiet", "all")
    assert outcome.status == 0
    assert outcome.output.startswith(start)
    assert re.search(r"train_generator.*", outcome.output)


@pytest.mark.skipif(not shutil.which("dot"), reason="graphviz is not installed")
def test_the_readme_s_graph_is_that_of_the_rules(run_snakemake, tmp_path):
    outcome = run_snakemake("--rulegraph", "dot", "--quiet", "all", preset="paper")
    graph = outcome.output[outcome.output.index("digraph") : outcome.output.rindex("}") + 1]
    (tmp_path / "rules.dot").write_text(graph)
    drawn = subprocess.run(["dot", "-Tsvg", tmp_path / "rules.dot"], capture_output=True, text=True, check=True).stdout
    shown = (ROOT / "docs" / "rulegraph.svg").read_text()
    assert rule_names(shown) == rule_names(drawn)


def rule_names(svg):
    return {text.text for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
