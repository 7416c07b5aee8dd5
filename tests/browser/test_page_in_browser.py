"""The page in a real browser, offline: lists, charts, keyboard, phone, dark, print; names that would do harm."""

import re

import pytest

from actloss_cli.analysis.pairing_row import pairing_labels

from .conftest import EVIL

pytestmark = pytest.mark.requires("playwright")

ROWS = "#list tbody tr"


def _column(page, title: str) -> list[str]:
    titles = [re.sub(r"[↕↑↓\s]+$", "", text) for text in page.locator("#list thead th").all_inner_texts()]
    return page.locator(f"{ROWS} > :nth-child({titles.index(title) + 1})").all_inner_texts()


def _filter(page, title: str):
    return page.locator("#filters").get_by_label(title, exact=True)


def _labels(page) -> list[str]:
    return [
        "/".join(row)
        for row in zip(*(_column(page, role) for role in ("activation", "output", "loss", "optimizer")), strict=True)
    ]


def test_the_page_opens_from_a_file_and_says_what_the_analysis_says(open_page, browsed):
    _, analysis = browsed
    page = open_page()
    n_work = int(analysis.pairings["works"].sum())
    assert page.locator(".lede").inner_text().startswith(f"{n_work} of {len(analysis.pairings)} pairings")
    n = len(analysis.pairings)
    assert page.locator("#shown").inner_text() == f"{n} of {n} pairings; the first 100 are shown"
    assert page.evaluate("getComputedStyle(document.querySelector('.matrix button')).borderRadius") == "3px"


def test_a_heading_sorts_the_list_both_ways_and_says_so(open_page, browsed):
    _, analysis = browsed
    page = open_page()
    head = page.locator('#list th[data-key="score"]')
    head.get_by_role("button").click()
    page.get_by_role("button", name="Show all").click()
    assert head.get_attribute("aria-sort") == "descending"
    shown = [float(text) for text in _column(page, "score") if text != "-"]
    assert shown == pytest.approx(sorted(analysis.pairings["score"].dropna(), reverse=True), abs=0.0006)
    head.get_by_role("button").click()
    page.get_by_role("button", name="Show all").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert _column(page, "score")[0] == f"{analysis.pairings['score'].min():.3f}"
    assert _column(page, "score")[-1] == "-", "what has no score comes last either way"
    assert "sort=score" in page.url


def test_filters_narrow_the_list_and_a_link_carries_them(open_page, browsed):
    _, analysis = browsed
    of_moons = analysis.pairings[analysis.pairings["task"] == "moons"]
    verdict = of_moons[of_moons["optimizer"] == "adam"]["verdict"].mode()[0]
    expected = of_moons[(of_moons["verdict"] == verdict) & (of_moons["optimizer"] == "adam")]
    first = expected.iloc[0]
    expected = expected[(expected["output"] == first["output"]) & (expected["loss"] == first["loss"])]
    labels = set(pairing_labels(expected))
    page = open_page()
    _filter(page, "task").select_option("moons")
    _filter(page, "verdict").select_option(verdict)
    _filter(page, "output").select_option(first["output"])
    _filter(page, "find").fill(f"ADAM {first['loss']}")
    assert set(_labels(page)) == labels
    assert page.locator("#shown").inner_text() == f"{len(labels)} of {len(analysis.pairings)} pairings"
    again = open_page("#" + page.url.split("#")[1])
    assert set(_labels(again)) == labels
    assert _filter(again, "find").input_value() == f"ADAM {first['loss']}"
    again.get_by_role("button", name="Clear filters").click()
    assert again.locator("#shown").inner_text().startswith(f"{len(analysis.pairings)} of")
    assert "#" not in again.url


def test_a_cell_a_pairing_and_the_way_back_need_no_mouse(open_page, browsed):
    _, analysis = browsed
    page = open_page()
    cell = page.locator('table.matrix[data-column-role="loss"] button[data-row="tanh"][data-column="bce"]').first
    cell.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_role("heading").inner_text() == "moons: tanh, bce"
    assert dialog.locator("tbody tr").count() == 12
    page.keyboard.press("Tab")  # the region that scrolls
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    dialog.locator("figure").first.wait_for()
    label = dialog.get_by_role("heading", level=2).inner_text().removeprefix("moons: ")
    of_moons = analysis.pairings[analysis.pairings["task"] == "moons"]
    row = of_moons[pairing_labels(of_moons) == label].iloc[0]
    assert row["reason"] in dialog.locator(".said").inner_text()
    assert f"{row['score']:.3f} ({row['score_low']:.3f} to {row['score_high']:.3f})" in dialog.inner_text()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == "Close"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == "Back to the list"
    page.keyboard.press("Enter")
    assert dialog.locator("tbody tr").count() == 12
    page.keyboard.press("Escape")
    assert dialog.count() == 0
    assert page.evaluate("document.activeElement.dataset.row") == "tanh", "focus returns to the cell"


def test_charts_show_the_curves_and_each_tune_trial_and_are_told_in_words(open_page, browsed):
    run, analysis = browsed
    pairing_id = analysis.pairings[(analysis.pairings["task"] == "moons") & analysis.pairings["works"]].index[0]
    page = open_page(f"#open={pairing_id}")
    page.locator("figure").nth(1).wait_for()
    curves, sweep = page.locator("figure svg[role=img]").all()[:2]
    trials = run.trials[(run.trials["pairing_id"] == pairing_id) & (run.trials["phase"] == "tune")]
    n_finite = int((trials["status"] == "done").sum())
    assert sweep.locator('g[data-part="dot"]').first.locator("circle").count() == n_finite
    assert curves.locator('g[data-part="area"] path').count() >= 1
    assert curves.get_attribute("aria-label").startswith(
        "Median validation balanced accuracy by training step, from 0."
    )
    for trial in run.trials[run.trials["pairing_id"] == pairing_id].index:
        assert trial in page.locator("#opened-body").text_content()


def test_back_closes_what_was_opened(open_page):
    page = open_page()
    page.locator(f"{ROWS} button").first.click()
    page.get_by_role("dialog").wait_for()
    page.go_back()
    assert page.get_by_role("dialog").count() == 0


def test_names_that_are_markup_are_shown_and_run_nowhere(open_page):
    page = open_page()
    _filter(page, "task").select_option(EVIL[0])
    shown = [EVIL[0], EVIL[1], EVIL[2], r"\x1b[31mred", EVIL[4]]
    assert page.locator("h1").inner_text() == EVIL[1]
    text = page.locator("#list tbody").inner_text()
    assert all(label in text for label in shown)
    page.locator("table.matrix").nth(2).locator("button").last.click()
    assert page.get_by_role("dialog").get_by_role("heading").inner_text() == f"{EVIL[0]}: {EVIL[2]}, hinge"
    page.get_by_role("dialog").locator("tbody button").first.click()
    page.locator(".pairing .parts, .pairing .why").first.wait_for()
    assert page.locator("img").count() == 0


@pytest.mark.parametrize(
    "planted",
    ["<b id=x onclick='window.got=1'>x</b>", "<script>window.got=1</script>", "<style>* { top: 1px }</style>"],
)
def test_the_policy_stops_what_was_not_there_when_the_page_was_made(open_page, page_file, tmp_path, planted):
    path = tmp_path / "index.html"
    path.write_text(page_file.read_text(encoding="utf-8").replace("<main>", f"<main>{planted}"), encoding="utf-8")
    page = open_page(path=path, complains_of="Content Security Policy")
    if page.locator("#x").count():
        page.locator("#x").click()
    assert page.evaluate("window.got") is None


def test_nothing_is_wider_than_a_phone(open_page):
    page = open_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("a.open").first.tap()
    page.locator("figure").first.wait_for()
    assert page.evaluate(
        "document.getElementById('opened').scrollWidth <= document.getElementById('opened').clientWidth"
    )


def test_dark_is_dark_and_print_is_light_and_without_controls(open_page):
    page = open_page(color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(20, 21, 23)"
    page.emulate_media(media="print")
    assert page.evaluate(paper) == "rgb(255, 255, 255)"
    assert not page.locator("#filters").is_visible()
    assert not page.locator("nav").is_visible()
    assert page.locator(ROWS).first.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_without_javascript_the_answer_the_matrices_and_the_methods_are_there(open_page):
    page = open_page(java_script_enabled=False)
    for part in (".found", ".matrix", "#methods", "noscript p"):
        assert page.locator(part).first.is_visible()
    assert not page.locator("#filters").is_visible()


@pytest.mark.requires("axe_playwright_python")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(open_page, browsed, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(color_scheme=scheme)
    faults = _serious(Axe().run(page))
    page.locator(f"{ROWS} button").first.click()
    page.locator("figure").nth(1).wait_for()
    for details in page.locator("#opened details > summary").all():
        details.click()
    faults += _serious(Axe().run(page))
    assert faults == []


def _serious(results) -> list[str]:
    return [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary']}"
        for fault in results.response["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:3]
    ]
