import io
import math
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling.schemas import CLASSIFIER_TABLE, FID_TABLE, TIMING
from deep_oversampling.tables.layout import Block, Cell, Column, Layout, Row, mark_best
from deep_oversampling.tables.published import classifier_layouts, fid_layouts, timing_layouts
from deep_oversampling.tables.render import table_style, to_frame, to_html, to_latex, to_markdown, write_layout

COLUMNS = (
    Column("m", "F1", 3, higher_is_better=True),
    Column("Overall", "F1", 3, higher_is_better=True),
    Column("Overall", "Lift %", 1, higher_is_better=None),
)
SOURCE = "tables/classifier.parquet"


def cells(ours, paper=(math.nan,) * 3):
    return tuple(
        Cell(own, theirs, source=None if math.isnan(own) else SOURCE) for own, theirs in zip(ours, paper, strict=True)
    )


def layout(*rows, columns=COLUMNS, **changed):
    """A table of one block; without rows, of four with each kind of cell."""
    rows = rows or (
        Row("SMOTE", True, cells((0.71234, 0.8, math.nan), (0.7, 0.85, math.nan))),
        Row("CVAE", True, cells((0.65, 0.8, -12.26), (0.66, math.nan, -3.5))),
        Row("R-CVAE", True, cells((math.nan,) * 3, (0.9, math.nan, math.nan))),
        Row("ADASYN", False, cells((0.6, math.nan, 3.04))),
    )
    block = mark_best(Block("m = {3, 4, 5}", rows, {"minority": "3-4-5"}), columns)
    named = {
        "name": "classifier_mnist_320_MLP_paper",
        "title": "Results with ρ = 320",
        "number": 5,
        "note": "Protocol leak_free.",
        "columns": columns,
        "blocks": (block,),
        "axes": {"dataset": "mnist"},
    }
    return Layout(**named | changed)


EXPECTED = [
    ["SMOTE", ("0.712", "0.700", "+0.012"), ("0.800", "0.850", "−0.050"), ("", "", "")],
    ["CVAE", ("0.650", "0.660", "−0.010"), ("0.800", "", ""), ("−12.3", "−3.5", "−8.8")],
    ["R-CVAE", ("", "0.900", ""), ("", "", ""), ("", "", "")],
    ["ADASYN †", ("0.600", "", ""), ("", "", ""), ("3.0", "", "")],
]
"""The default layout as it is to be read: ours, the paper's and the difference of every cell."""

BEST = {("SMOTE", 0), ("SMOTE", 1), ("CVAE", 1)}


class Page(HTMLParser):
    """The rows of a page's tables: each a list of cells, each cell its texts by class, its links and attributes."""

    VOID = ("meta", "br", "link", "img", "input")

    def __init__(self, text):
        super().__init__()
        self.rows, self.elements, self._open, self._class = [], [], [], ""
        self.feed(text)
        self.close()
        assert self._open == [], "an element is left open"

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.elements.append((tag, named))
        if tag not in self.VOID:
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append({"tag": tag, "attributes": named, "texts": {}, "href": None})
            self._class = ""
        elif tag in ("a", "span") and "td" in self._open:
            self._class = named.get("class", "")
            self.rows[-1][-1]["href"] = named.get("href", self.rows[-1][-1]["href"])

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, f"{tag} closes another element"

    def handle_data(self, data):
        if {"td", "th"} & set(self._open) and data.strip():
            texts = self.rows[-1][-1]["texts"]
            texts[self._class] = texts.get(self._class, "") + data

    def body(self):
        """The rows of methods."""
        return [row for row in self.rows if row[0]["tag"] == "th" and any(cell["tag"] == "td" for cell in row)]


def read_html(text):
    """The method and (ours, paper, difference) of every row, and which of ours are marked as the best."""
    rows, best = [], set()
    for method, *numbers in Page(text).body():
        name = "".join(method["texts"].values())
        texts = [{key.split()[0]: value for key, value in cell["texts"].items()} for cell in numbers]
        rows.append([name, *(tuple(each.get(key, "") for key in ("ours", "paper", "difference")) for each in texts)])
        best |= {(name, place) for place, cell in enumerate(numbers) if "ours best" in cell["texts"]}
    return rows, best


def read_markdown(text):
    """As :func:`read_html`, of Markdown."""
    rows, best = [], set()
    for line in re.findall(r"^\|(.*)\|$", text, re.MULTILINE):
        name, *numbers = (part.strip() for part in line.split("|"))
        if name == "Method" or not name.strip("-"):
            continue
        rows.append([name])
        for place, number in enumerate(numbers):
            ours, *others = number.split(" / ")
            best |= {(name, place)} if ours.startswith("**") else set()
            rows[-1].append((ours.strip("*").replace("–", ""), *others, *[""] * (2 - len(others))))
    return rows, best


def full_tables():
    """All nine tables of the paper with some of ours in them."""
    setting = {"dataset": "mnist", "minority": "3-4-5", "imbalance_ratio": 320, "method": ["SMOTE", "CVAE"]}
    scores = {"classifier": "MLP", "protocol": "paper", "scope": "overall", "precision": 0.8, "recall": 0.7}
    classifier = pd.DataFrame(setting | scores | {"f1": [0.75, 0.801], "lift_percent": [math.nan, 6.8]})
    fid = pd.DataFrame(setting | {"class": 3, "extractor": "inception", "fid_mean": [50.04, 80.06]})
    timing = pd.DataFrame(setting | {"replicate": 0, "seconds": [0.25, 80.0]})
    return [
        *fid_layouts(fid.reindex(columns=FID_TABLE.names), 3200),
        *classifier_layouts(classifier.reindex(columns=CLASSIFIER_TABLE.names), 3200),
        *timing_layouts(timing.reindex(columns=TIMING.names), 3200),
    ]


FULL = pytest.mark.parametrize("table", full_tables(), ids=lambda table: table.name)


def printed(table):
    """What the CSV's numbers are at the digits that are printed, as :func:`read_html` returns them."""
    frame = to_frame(table).set_index(["block", "method", "group", "column"])

    def text(number, decimals, sign=""):
        return "" if math.isnan(number) else f"{number:{sign}z.{decimals}f}".replace("-", "−")

    rows = []
    for block in table.blocks:
        for row in block.rows:
            rows.append([row.label])
            for column in table.columns:
                place = (block.title, row.method, column.group, column.name)
                names = ("ours", "paper", "difference")
                found = frame.loc[place, names] if place in frame.index else dict.fromkeys(names, math.nan)
                rows[-1].append(
                    tuple(text(found[name], column.decimals, "+" if name == "difference" else "") for name in names)
                )
    return rows


@pytest.mark.parametrize(
    ("write", "read"), [(to_html, read_html), (to_markdown, read_markdown)], ids=["html", "markdown"]
)
def test_what_is_read_back_is_what_was_laid_out(write, read):
    rows, best = read(write(layout()))
    assert rows == EXPECTED
    assert best == BEST


@FULL
def test_every_table_of_the_paper_reads_back_as_its_frame(table):
    expected = printed(table)
    assert read_html(to_html(table))[0] == expected
    assert read_markdown(to_markdown(table))[0] == expected
    assert read_html(to_html(table))[1] == read_markdown(to_markdown(table))[1]


def test_numbers_link_to_the_file_they_are_from():
    page = Page(to_html(layout(), links=True))
    linked = [cell for row in page.body() for cell in row if cell["href"]]
    assert {cell["href"] for cell in linked} == {"tables/classifier.parquet"}
    assert all(any(name.startswith("ours") for name in cell["texts"]) for cell in linked)
    assert len(linked) == 7


def test_html_sorts_by_numbers_that_are_not_rounded():
    first = Page(to_html(layout())).body()[0]
    assert [cell["attributes"].get("data-sort") for cell in first] == [None, "0.71234", "0.8", ""]


def test_headings_span_their_columns():
    block, groups, names = Page(to_html(layout())).rows[:3]
    assert [cell["attributes"]["colspan"] for cell in block] == ["4"]
    assert [(cell["texts"].get(""), cell["attributes"].get("colspan")) for cell in groups] == [
        (None, None),
        ("m", "1"),
        ("Overall", "2"),
    ]
    assert [cell["texts"][""] for cell in names] == ["Method", "F1", "F1", "Lift %"]


def test_names_are_buttons_where_a_page_can_sort():
    tags = [tag for tag, _ in Page(to_html(layout(), sortable=True)).elements]
    assert tags.count("button") == 4
    assert "button" not in to_html(layout())


def test_tables_and_blocks_name_their_axes():
    elements = Page(to_html(layout())).elements
    table = next(attributes for tag, attributes in elements if tag == "table")
    body = next(attributes for tag, attributes in elements if tag == "tbody")
    assert (table["id"], table["data-dataset"]) == ("classifier_mnist_320_MLP_paper", "mnist")
    assert body["data-minority"] == "3-4-5"


def test_no_id_is_given_twice():
    page = Page("".join(to_html(table) for table in full_tables()))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)) == 9


WICKED = "<b onclick='x'>&\"|</b>"


def test_html_escapes_what_it_is_given(tmp_path):
    wicked = layout(
        Row(WICKED, True, cells((0.5, 0.6, 0.7))),
        title=WICKED,
        note=WICKED,
        name=WICKED,
        axes={"classifier": WICKED},
        columns=(COLUMNS[0], Column(WICKED, WICKED, 3, None), COLUMNS[2]),
    )
    write_layout(tmp_path / "wicked.html", wicked)
    for text in (to_html(wicked, sortable=True), (tmp_path / "wicked.html").read_text()):
        assert not re.search(r"<b\b(?!ody)", text.replace("<button", ""))
        page = Page(text)
        assert page.body()[0][0]["texts"][""] == WICKED
        assert ("b", {"onclick": "x"}) not in page.elements
        assert next(attributes for tag, attributes in page.elements if tag == "table")["id"] == WICKED


def test_markdown_names_scope_and_metric():
    lines = to_markdown(layout()).splitlines()
    header = next(line for line in lines if line.startswith("| Method"))
    assert [part.strip() for part in header.strip("|").split("|")] == ["Method", "m F1", "Overall F1", "Overall Lift %"]
    assert lines[0] == (
        "**Table 5. Results with ρ = 320.** Protocol leak_free. Each cell: ours / the paper's / the difference."
    )
    assert "m = {3, 4, 5}" in lines


def test_csv_has_every_number_as_it_is_and_nothing_else(tmp_path):
    write_layout(tmp_path / "table.csv", layout())
    read = pd.read_csv(tmp_path / "table.csv")
    pd.testing.assert_frame_equal(read, to_frame(layout()), check_dtype=False, rtol=1e-14, atol=0)
    assert read["method"].tolist() == ["SMOTE"] * 2 + ["CVAE"] * 3 + ["R-CVAE"] + ["ADASYN"] * 2
    assert read[["ours", "paper"]].notna().any(axis=1).all()
    first = read.iloc[0].to_dict()
    assert (first["ours"], first["paper"], first["best"], first["in_paper"]) == (0.71234, 0.7, True, True)
    assert read["difference"].dropna().tolist() == pytest.approx([0.01234, -0.05, -0.01, -8.76])


@FULL
def test_csv_has_the_paper_s_numbers_once(table):
    frame = to_frame(table)
    assert not frame.duplicated(["block", "method", "group", "column"]).any()
    count = {"fid": 15 * 8, "classifier": 30 * 9 + 27, "timing": 36}[table.name.split("_")[0]]
    assert frame["paper"].notna().sum() == count


def environments(text):
    """Check that every environment ends where it should, and return their names."""
    opened, names = [], []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            opened.append(name)
            names.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    return names


def widths(text):
    """How many columns every line of a tabular fills."""
    body = re.search(r"\\begin\{tabular\}\{l(r+)\}(.*)\\end\{tabular\}", text, re.DOTALL)
    lines = [line for line in body[2].splitlines() if line.endswith(r"\\")]
    spans = [
        1 + len(re.findall(r"(?<!\\)&", line)) + sum(int(n) - 1 for n in re.findall(r"\\multicolumn\{(\d+)\}", line))
        for line in lines
    ]
    return 1 + len(body[1]), spans


def unescaped(text):
    """Characters that LaTeX would take for something else, outside of commands and of the table's own."""
    return re.findall(r"(?<!\\)[#$]|(?<!\\)%(?!$)", re.sub(r"\$(-|\\rho)\$", "", text), re.MULTILINE)


@FULL
def test_latex_is_balanced_and_every_line_fills_its_columns(table):
    text = to_latex(table)
    assert environments(text) == ["table", "tabular"]
    assert re.sub(r"\\[{}]", "", text).count("{") == re.sub(r"\\[{}]", "", text).count("}")
    width, spans = widths(text)
    assert width == 1 + len(table.columns)
    assert set(spans) == {width}
    assert len(spans) == sum(len(block.rows) + 2 for block in table.blocks)
    assert unescaped(text) == []
    assert text.isascii()


def test_latex_shows_the_same_numbers():
    lines = to_latex(layout()).splitlines()
    smote, cvae, r_cvae, adasyn = (next(line for line in lines if line.startswith(row[0][:5])) for row in EXPECTED)
    assert smote == (
        r"SMOTE & \shortstack[r]{\textbf{0.712}\\\scriptsize 0.700 (+0.012)}"
        r" & \shortstack[r]{\textbf{0.800}\\\scriptsize 0.850 ($-$0.050)} &  \\"
    )
    assert r"& \textbf{0.800} & \shortstack[r]{$-$12.3\\\scriptsize $-$3.5 ($-$8.8)} \\" in cvae
    assert r"& \shortstack[r]{--\\\scriptsize 0.900} &  &  \\" in r_cvae
    assert adasyn == r"ADASYN \dag{} & 0.600 &  & 3.0 \\"


def test_latex_escapes_special_characters():
    name = r"a_b&c%d$e#f{g}h~i^j\k"
    text = to_latex(layout(Row(name, True, cells((0.5, 0.6, 0.7))), note=name))
    escaped = r"a\_b\&c\%d\$e\#f\{g\}h\textasciitilde{}i\textasciicircum{}j\textbackslash{}k"
    assert text.count(escaped) == 2
    assert widths(text)[1] == [4, 4, 4]
    assert unescaped(text) == []


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_latex_compiles(tmp_path):
    body = "\n\\clearpage\n".join(map(to_latex, [layout(), *full_tables()]))
    packages = r"\usepackage{booktabs}\usepackage{graphicx}"
    document = f"\\documentclass{{article}}{packages}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (tmp_path / "tables.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".html", "<!doctype html>"),
        (".md", "**Table 5."),
        (".csv", "block,method,in_paper"),
        (".tex", r"\begin{table}"),
    ],
)
def test_the_file_s_name_decides_the_format(tmp_path, suffix, start):
    path = tmp_path / "paper" / f"table{suffix}"
    write_layout(path, layout())
    assert path.read_text(encoding="utf-8").lstrip().startswith(start)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_page_stands_alone(tmp_path):
    write_layout(tmp_path / "table.html", layout())
    text = (tmp_path / "table.html").read_text(encoding="utf-8")
    assert "<title>Table 5. Results with ρ = 320</title>" in text
    assert table_style() in text
    assert 'title="tables/classifier.parquet"' in text
    assert "href" not in text
    assert read_html(text)[0] == EXPECTED
    assert not re.search(r"(src|href)=\"https?:", text)


NUMBER = st.floats(-1000, 1000)
PAIRS = st.tuples(NUMBER, NUMBER | st.none()) | st.tuples(st.none(), NUMBER)


@given(values=st.lists(PAIRS, min_size=1, max_size=4))
def test_any_numbers_survive(values):
    values = [tuple(math.nan if value is None else value for value in pair) for pair in values]
    columns = tuple(Column("m", f"column {place}", place, higher_is_better=True) for place in range(len(values)))
    row = Row("SMOTE", True, tuple(Cell(*pair, source=None if math.isnan(pair[0]) else SOURCE) for pair in values))
    table = layout(row, columns=columns)
    assert read_html(to_html(table))[0] == printed(table)
    assert read_markdown(to_markdown(table))[0] == printed(table)
    read = pd.read_csv(io.StringIO(to_frame(table).to_csv(index=False)))
    pd.testing.assert_frame_equal(read, to_frame(table), check_dtype=False, rtol=1e-14, atol=0)
