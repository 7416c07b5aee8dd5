"""Several runs at once: every run is linked and summed up, what is unfinished is marked, names are literal."""

from dataclasses import replace

import pandas as pd
import pytest

from actloss_cli.analysis.pairings import analyse
from actloss_cli.errors import UserError
from actloss_cli.report.page.run_entries import run_entry
from actloss_cli.report.page.runs import write_index
from tests.report.synthetic import SyntheticTask, make_run

from .html_reading import read_html

EVIL = '</h3><script>alert(1)</script>"'


@pytest.fixture(scope="module")
def entries():
    run = make_run([SyntheticTask("moons", activations=("relu",), outputs=("sigmoid",), optimizers=("sgd", "adam"))])
    evil = replace(run, name=EVIL, n_missing=5)
    analysis = analyse(run)
    return run, [
        run_entry(run.facts, analysis, "../synthetic/report/index.html"),
        run_entry(evil.facts, analysis, f"../{EVIL}/report/index.html"),
    ]


def test_every_run_is_linked_and_the_unfinished_is_marked_partial(entries, tmp_path):
    run, both = entries
    page, _ = write_index(both, tmp_path / "report")
    elements = read_html(page.read_text(encoding="utf-8"))
    links = {one.text: one.attributes["href"] for one in elements if one.tag == "a"}
    assert links == {
        "synthetic": "../synthetic/report/index.html",
        EVIL: "../%3C/h3%3E%3Cscript%3Ealert%281%29%3C/script%3E%22/report/index.html",
    }
    assert not any(one.tag == "script" for one in elements)
    (partial,) = (one.text for one in elements if one.attributes.get("class") == "partial")
    assert partial == f"partial: UNFINISHED: 5 of {len(run.trials) + 5:,} trials missing"


def test_the_table_has_a_row_for_each_task_of_each_run(entries, tmp_path):
    run, both = entries
    _, table = write_index(both, tmp_path / "report")
    rows = pd.read_csv(table)
    assert rows["run"].tolist() == ["synthetic", EVIL]
    assert rows["unfinished"].tolist() == [False, True]
    assert rows["n_pairings"].tolist() == [len(run.pairings)] * 2
    analysis = analyse(run)
    expected = analysis.pairings.loc[analysis.references["moons"], "score"]
    assert rows["score"].tolist() == pytest.approx([expected] * 2)


def test_an_index_that_cannot_be_written_says_so(entries, tmp_path):
    (tmp_path / "report").write_text("a file in its place")
    with pytest.raises(UserError, match="cannot write"):
        write_index(entries[1], tmp_path / "report")
