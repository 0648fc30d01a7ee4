"""The page in a real browser, with results of the paper's size that are simulated."""

import time

import pytest
from simulated import CONFIG, MINORITIES

SETTINGS = len(CONFIG["datasets"]) * len(MINORITIES) * len(CONFIG["ratios"])
ROWS = SETTINGS * len(CONFIG["methods"]) * len(CONFIG["protocols"])
VISIBLE_ROWS = "[...document.querySelectorAll('#{} tbody tr')].filter((row) => !row.hidden)"


def visible(page, table):
    return page.evaluate(f"{VISIBLE_ROWS.format(table)}.map((row) => [...row.cells].map((cell) => cell.textContent))")


def choose(page, axis, value):
    page.select_option(f"form.filters select[name={axis}]", value)


def test_every_table_is_there(visit, page_file):
    with visit(page_file) as page:
        headings = page.locator("table caption").all_text_contents()
        for number in range(1, 10):
            assert any(text.startswith(f"Table {number}.") for text in headings), number
        assert len(visible(page, "answer")) == len(CONFIG["methods"]) * len(CONFIG["protocols"])
        assert len(visible(page, "settings")) == ROWS
        assert page.locator("#fids").count() == 1


@pytest.mark.parametrize(
    ("axis", "value", "column", "shown"),
    [
        ("dataset", "fashion-mnist", 1, "Fashion-MNIST"),
        ("minority", "3-4-5", 2, "m = {3, 4, 5}"),
        ("imbalance_ratio", "80", 3, "80"),
        ("protocol", "leak_free", 4, "leak_free"),
    ],
)
def test_a_filter_leaves_its_rows_alone(visit, page_file, axis, value, column, shown):
    with visit(page_file) as page:
        choose(page, axis, value)
        rows = visible(page, "settings")
        assert {row[column] for row in rows} == {shown}
        assert len(rows) == ROWS // page.locator(f"form.filters select[name={axis}] option:not([value=''])").count()


def test_filters_add_up_and_can_be_taken_back(visit, page_file):
    with visit(page_file) as page:
        choose(page, "dataset", "mnist")
        choose(page, "minority", "3-4-5")
        choose(page, "imbalance_ratio", "320")
        choose(page, "protocol", "paper")
        assert len(visible(page, "settings")) == len(CONFIG["methods"])
        page.get_by_role("button", name="Show all").click()
        page.wait_for_function(f"{VISIBLE_ROWS.format('settings')}.length === {ROWS}")


def test_filters_reach_the_paper_s_tables_and_the_figures(visit, page_file):
    with visit(page_file) as page:
        choose(page, "dataset", "mnist")
        choose(page, "imbalance_ratio", "320")
        choose(page, "protocol", "paper")
        choose(page, "minority", "3-4-5")
        assert page.locator("#classifier_mnist_320_MLP_paper").is_visible()
        assert not page.locator("#classifier_mnist_80_MLP_paper").is_visible()
        assert not page.locator("#classifier_fashion-mnist_320_MLP_paper").is_visible()
        blocks = page.locator("#classifier_mnist_320_MLP_paper tr.block:visible").all_text_contents()
        assert blocks == ["m = {3, 4, 5}"]
        assert page.locator("figure:visible img").evaluate_all("images => images.map((image) => image.alt)") == [
            "Minority F1: MNIST, MLP, the paper's protocol"
        ]


@pytest.mark.parametrize(("table", "column"), [("answer", "Minority F1"), ("settings", "Log-loss"), ("fids", "FID")])
def test_a_click_sorts_by_a_column_and_another_click_the_other_way(visit, page_file, table, column):
    with visit(page_file) as page:
        header = page.locator(f"#{table} thead th").filter(has=page.get_by_role("button", name=column, exact=True))
        place = header.evaluate("cell => cell.cellIndex")
        values = f"{VISIBLE_ROWS.format(table)}.map((row) => Number(row.cells[{place}].dataset.sort))"
        for direction in ("descending", "ascending"):
            header.get_by_role("button").click()
            assert header.get_attribute("aria-sort") == direction
            shown = page.evaluate(values)
            assert shown == sorted(shown, reverse=direction == "descending")


def test_text_columns_sort_too(visit, page_file):
    with visit(page_file) as page:
        page.locator("#answer thead").get_by_role("button", name="Method").click()
        methods = [row[0] for row in visible(page, "answer")]
        assert methods == sorted(methods, key=str.casefold)


def test_missing_numbers_sort_last_both_ways(visit, page_file):
    with visit(page_file) as page:
        header = page.locator("#settings thead th").filter(has=page.get_by_role("button", name="Lift %"))
        place = header.evaluate("cell => cell.cellIndex")
        for _ in range(2):
            header.get_by_role("button").click()
            shown = [row[place] for row in visible(page, "settings")]
            without = shown.count("")
            assert without == SETTINGS * len(CONFIG["protocols"])
            assert set(shown[-without:]) == {""}


def test_rows_of_a_block_are_sorted_within_it(visit, page_file):
    with visit(page_file) as page:
        block = page.locator("#classifier_mnist_320_MLP_paper tbody").nth(2)
        block.get_by_role("button", name="F1").nth(2).click()
        values = block.locator("tr[data-row] td:nth-child(10)").evaluate_all(
            "cells => cells.map((c) => +c.dataset.sort)"
        )
        assert len(values) == len(CONFIG["methods"])
        assert values == sorted(values, reverse=True)
        assert block.locator("tr").first.text_content() == "m = {3, 4, 5}"


@pytest.mark.parametrize("width", [400, 1600])
@pytest.mark.parametrize("target", ["settings-section", "paper", "made"])
def test_links_within_the_page_lead_to_their_place(visit, page_file, width, target):
    with visit(page_file, width) as page:
        page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
        page.locator(f"nav a[href='#{target}']").click()
        page.wait_for_timeout(300)
        top = page.locator(f"#{target}").bounding_box()["y"]
        bottom = page.evaluate("document.documentElement.scrollHeight - innerHeight - scrollY")
        below_filters = 72 if width > 640 else 0
        assert abs(top - below_filters) < 2 or bottom < 2


def test_method_and_score_are_seen_first_on_a_phone(visit, page_file):
    with visit(page_file, 400) as page:
        region = page.locator(".scroll").first
        region.scroll_into_view_if_needed()
        header = page.locator("#answer thead th")
        method, score = header.nth(0).bounding_box(), header.filter(has_text="Minority F1").bounding_box()
        region.evaluate("element => { element.scrollLeft = 200 }")
        moved = header.nth(0).bounding_box()
        assert abs(moved["x"] - method["x"]) < 12
        assert score["x"] < 700


def test_filters_stay_in_sight(visit, page_file):
    with visit(page_file) as page:
        page.locator("#settings-section").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('#settings-section').scrollIntoView({behavior: 'instant'})")
        assert page.locator("form.filters").bounding_box()["y"] >= -1


@pytest.mark.parametrize("width", [400, 1600])
def test_readable_on_a_phone_and_on_a_wide_screen(visit, page_file, width):
    with visit(page_file, width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        sizes = page.locator("p, li, td, th, label, a").evaluate_all(
            "elements => elements.map((element) => parseFloat(getComputedStyle(element).fontSize))"
        )
        smallest = min(sizes)
        assert smallest >= 12
        for region in page.locator(".scroll:visible").all():
            assert region.bounding_box()["width"] <= width


def test_opens_and_filters_in_a_moment(visit, page_file):
    with visit(page_file) as page:
        opened = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        start = time.perf_counter()
        choose(page, "minority", "3-4-5")
        page.wait_for_function(f"{VISIBLE_ROWS.format('settings')}.length === {ROWS // 3}")
        print(f"opened in {opened:.0f} ms, filtered in {(time.perf_counter() - start) * 1000:.0f} ms")
        assert opened > 0
