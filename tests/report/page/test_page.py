"""The page as text: whole, closed to everything from outside, literal; its numbers are those of the other reports."""

import base64
import hashlib
import math
import re
from dataclasses import replace

import pytest

from actloss_cli.analysis.cross_tables import output_by_loss
from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.variance_shares import variance_shares
from actloss_cli.report.page.islands import json_island, packed_island
from actloss_cli.report.page.page import page_html
from actloss_cli.report.pairing_view import render_pairing
from tests.report.synthetic import SyntheticTask, make_run

from .html_reading import island, read_html

LINKS = {"https://observablehq.com/plot/", "https://d3js.org/"}


def _page(run, analysis=None) -> str:
    analysis = analysis or analyse(run)
    return page_html(run, analysis, variance_shares(run, analysis))


@pytest.fixture(scope="module")
def text(run, analysis):
    return _page(run, analysis)


@pytest.fixture(scope="module")
def small():
    return make_run([SyntheticTask("moons", activations=("relu",), outputs=("sigmoid",), optimizers=("sgd", "adam"))])


@pytest.fixture(scope="module")
def elements(text):
    return read_html(text)


@pytest.fixture(scope="module")
def hostile_text(hostile_run, hostile):
    return _page(replace(hostile_run, name='"><img src=x onerror=alert(1)>'), hostile)


def test_a_page_names_nothing_that_would_be_fetched(elements):
    assert not any({"src", "srcset", "data", "poster", "action"} & set(one.attributes) for one in elements)
    assert not any(one.tag in ("link", "iframe", "object", "embed", "base", "img") for one in elements)
    hrefs = {one.attributes["href"] for one in elements if "href" in one.attributes}
    assert {href for href in hrefs if not href.startswith("#")} == LINKS


def test_the_policy_lets_in_exactly_the_pages_own_scripts_and_styles(elements):
    (policy,) = (
        one.attributes["content"] for one in elements if one.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        inlined = [one.text for one in elements if one.tag == tag and "type" not in one.attributes]
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inlined]
        assert rules[rule].split() == [f"'sha256-{digest}'" for digest in digests]
        assert len(digests) == {"script": 3, "style": 1}[tag]


def test_no_element_has_a_handler_or_a_style_of_its_own(elements):
    names = {name for one in elements for name in one.attributes}
    assert not {name for name in names if name.startswith("on")} | ({"style"} & names)


def test_hostile_labels_are_text_and_nothing_else(hostile_text, text):
    hostile, usual = read_html(hostile_text), read_html(text)
    assert {one.tag for one in hostile} <= {one.tag for one in usual}
    assert sum(one.tag == "script" and "type" not in one.attributes for one in hostile) == 3
    assert not any(name.startswith("on") for one in hostile for name in one.attributes)
    (title,) = (one.text for one in hostile if one.tag == "h1")
    assert title == '"><img src=x onerror=alert(1)>'
    shown = [one.text for one in hostile if one.tag == "th"]
    assert "<script>alert(1)</script>" in shown
    assert r"[bold]x[/bold]\u202eevil" in shown
    assert r"=cmd()[/red]\x1b[31m" in [one.text for one in hostile if one.tag == "h3"]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", hostile_text)


def test_the_lists_data_say_hostile_labels_literally(hostile_text):
    outputs = next(one for one in island(read_html(hostile_text), "records")["columns"] if one["key"] == "output")
    assert outputs["levels"] == ["sigmoid", "<script>alert(1)</script>"]


@pytest.mark.parametrize("value", ["</script><!--<script>", "]]>", "\u2028", 'a"b\\c', "\x1b[31m", "é²"])
def test_an_island_reads_back_and_never_ends_its_element(value):
    page = f'<script type="application/json" id="records">{json_island([value])}</script><p>after</p>'
    elements = read_html(page)
    assert [one.tag for one in elements] == ["script", "p"]
    expected = value.replace("\x1b", r"\x1b").replace("\u2028", r"\u2028")
    assert island(elements, "records") == [expected]
    packed = f'<script type="application/octet-stream" id="details-0">{packed_island([value])}</script>'
    assert island(read_html(packed), "details-0") == [expected]


def test_every_pairing_is_in_the_list_with_its_verdict_and_score(elements, analysis):
    records = island(elements, "records")
    columns = {one["key"]: one for one in records["columns"]}
    assert records["ids"] == list(analysis.pairings.index)
    verdicts = [columns["verdict"]["levels"][at] for at in columns["verdict"]["at"]]
    assert verdicts == list(analysis.pairings["verdict"])
    scores = [float(text) if text != "-" else None for text in columns["score"]["text"]]
    for shown, score in zip(scores, analysis.pairings["score"], strict=True):
        assert (shown is None) == math.isnan(score)
        assert shown is None or shown == pytest.approx(score, abs=0.0005)


def test_what_a_pairing_opens_is_what_show_prints(elements, run, analysis, printed):
    place = list(analysis.tasks.index).index("moons")
    opened = island(elements, f"details-{place}")
    chosen = analysis.pairings[(analysis.pairings["task"] == "moons") & analysis.pairings["score"].notna()].index[7]
    told = opened["pairings"][chosen]
    shown = " ".join(printed(render_pairing, run, analysis, chosen, width=400).split())
    rows = [*told["judgements"], *told["numbers"], *told["metrics"], *told["tuning"], *told["diagnostics"][1:]]
    for row in [*rows, *([*cells[:-1]] for cells in told["finals"])]:
        assert " ".join(" ".join(row).split()) in shown
    assert told["reason"] in shown
    finals = run.trials[(run.trials["pairing_id"] == chosen) & (run.trials["phase"] == "final")]
    assert [cells[-1] for cells in told["finals"]] == list(finals.index)
    curves = run.validation_score[(run.trials.index.isin(finals.index))]
    assert told["curves"][1][-1] == pytest.approx(1000 * sorted(curves[:, -1])[len(curves) // 2], abs=0.5)


def test_the_matrix_has_a_button_for_each_cell_with_its_counts_in_words(elements, analysis):
    cells = output_by_loss(analysis, "moons")
    told = [one.text for one in elements if one.tag == "button" and "data-row" in one.attributes]
    for (output, loss), cell in cells.iterrows():
        if cell["n_pairings"] - cell["invalid"]:
            n_work = int(cell["works"] + cell["slow"])
            wanted = (
                f"output {output}, loss {loss}: {n_work} of {cell['n_pairings'] - cell['invalid']:.0f} pairings work"
            )
            assert any(text.startswith(wanted) for text in told), wanted


def test_an_unfinished_run_says_so_at_the_top(small):
    elements = read_html(_page(replace(small, n_missing=17)))
    (told,) = (one.text for one in elements if one.attributes.get("class") == "partial")
    assert told.startswith(f"UNFINISHED: 17 of {len(small.trials) + 17:,} trials missing")


def test_a_run_without_a_trial_has_a_page(small):
    empty = replace(small, trials=small.trials.iloc[:0], validation_score=small.validation_score[:0], row_scores={})
    elements = read_html(_page(empty))
    assert any("incomplete" in one.text for one in elements if one.tag == "li")


def test_the_same_run_gives_the_same_page_byte_for_byte(small):
    assert _page(small) == _page(small)


def test_methods_say_what_verdicts_hang_on_and_how_it_was_made(small, tmp_path):
    (tmp_path / "provenance.json").write_text('[{"command": "actloss run <x>", "libraries": {"torch": "2.9"}}]')
    (tmp_path / "config.yaml").write_text("name: x\ntasks: [</pre>]\n")
    thresholds = replace(small.thresholds, margin=0.02, fail_share=0.3)
    elements = read_html(_page(replace(small, path=str(tmp_path), thresholds=thresholds)))
    (methods,) = (" ".join(one.text.split()) for one in elements if one.attributes.get("id") == "methods")
    assert "the whole interval lies below 98 %" in methods
    assert "collapse (below 30 % of the gain)" in methods
    assert "actloss run <x>" in methods
    assert "torch 2.9" in methods
    (config,) = (one.text for one in elements if one.tag == "pre")
    assert config == "name: x\ntasks: [</pre>]\n\n"
