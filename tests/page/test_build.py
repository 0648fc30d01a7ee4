"""What the page says, against the tables it is made from."""

from html.parser import HTMLParser

import pytest

from deep_oversampling.page.build import write_page
from deep_oversampling.tables.layout import format_number


class Tables(HTMLParser):
    """Reads every table of a page: its rows of cell texts, and every link."""

    def __init__(self):
        super().__init__()
        self.tables, self.links, self.ids = {}, [], []
        self._cell = self._rows = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "table":
            self._rows = self.tables.setdefault(attributes["id"], [])
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = ""
        elif tag == "a":
            self.links.append(attributes["href"])

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._rows[-1].append(self._cell)
            self._cell = None
        elif tag == "table":
            self._rows = None


@pytest.fixture(scope="module")
def page(page_file):
    tables = Tables()
    tables.feed(page_file.read_text())
    return tables


def rows(page, table):
    header, *body = page.tables[table]
    return [dict(zip(header, row, strict=True)) for row in body]


def test_numbers_of_every_setting_are_those_of_the_tables(page, results):
    overall = results.classifier[results.classifier["scope"] == "overall"].to_dict("records")
    minority = results.classifier[results.classifier["scope"] == "minority"].to_dict("records")
    shown = rows(page, "settings")
    assert len(shown) == len(overall)
    for row, whole, part in zip(shown, overall, minority, strict=True):
        assert row["Minority F1"] == interval(part["f1"], part["f1_low"], part["f1_high"])
        assert row["Overall F1"] == interval(whole["f1"], whole["f1_low"], whole["f1_high"])
        assert row["Minority recall"] == format_number(part["recall"], 3)
        assert row["Log-loss"] == format_number(whole["log_loss"], 3)
        assert row["ROC-AUC"] == format_number(whole["roc_auc"], 4)
        assert row["Paper's minority F1"] == format_number(part["paper_f1"], 3)
        assert row["Oversampled in folds"] == {True: "anew", False: "as a whole", None: ""}[whole["refitted_in_folds"]]
        assert row["Mean weight of synthetic images"] == format_number(whole["chosen_weight"], 1)
        assert row["Lift %"] == format_number(whole["lift_percent"], 3, signed=True)


def interval(mean, low, high):
    return f"{mean:.3f} [{format_number(low, 3)}, {format_number(high, 3)}]"


def test_numbers_of_every_fid_are_those_of_the_table(page, results):
    for row, fid in zip(rows(page, "fids"), results.fid.to_dict("records"), strict=True):
        assert (row["Class"], row["FID"]) == (str(fid["class"]), f"{fid['fid_mean']:.1f}")


def test_methods_that_the_paper_lacks_are_marked(page):
    marked = {row["Method"] for row in rows(page, "answer") if row["Method"].endswith("†")}
    assert marked == {"ClassWeights †", "LogitAdjustment †", "TunedLogitAdjustment †"}


def test_links_lead_to_results_and_headings_alone(page):
    assert len(set(page.ids)) == len(page.ids)
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert link.split("/")[0] in ("tables", "figures", "scores")


def test_nothing_comes_from_elsewhere(page_file):
    text = page_file.read_text()
    assert "http:" not in text
    assert "https:" not in text


def test_same_results_give_the_same_page(page_file, results, tmp_path):

    write_page(tmp_path / "index.html", results)
    assert (tmp_path / "index.html").read_bytes() == page_file.read_bytes()
