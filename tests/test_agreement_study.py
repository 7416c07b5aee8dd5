"""The page of the study of agreement: its counts are those of the runs that it is given."""

from dataclasses import replace

import pandas as pd
import pytest

from actloss_cli.analysis.agreement import agreement_of
from actloss_cli.analysis.pairings import analyse
from actloss_cli.store.predictions import FrozenPredictions
from actloss_cli.store.reader import read_run
from actloss_cli.theory.prediction_thresholds import SET_ON
from studies.agreement_page import GRID, HELD_OUT, LONGER, SETTING, Judged, write_page

SESSION = {"started": "2026-01-01", "actloss": "1", "git_commit": "abc", "processor": "p", "instruction_set": "i"}
SESSION |= {"cores": 2, "python": "3", "libraries": {"numpy": "2"}}


@pytest.fixture(scope="module")
def judged(tiny_run):
    """The tiny run, with verdicts that are told: of sgd all pairings fail, of adam all work, whatever was predicted."""
    run = replace(read_run(tiny_run), predictions=FrozenPredictions(1, 0, "then", "ab" * 32), is_attested=True)
    pairings = analyse(run).pairings
    measured = pairings["optimizer"].map({"sgd": "fails", "adam": "works"})
    pairings = pairings.assign(
        verdict=pairings["verdict"].where(pairings["verdict"] == "invalid", measured),
        cause_name=measured.map({"fails": "too few steps", "works": ""}),
        relative=measured.map({"fails": 0.1, "works": 1.0}),
    )
    return [Judged(name, run, pairings) for name in (GRID, HELD_OUT, SETTING, LONGER)]


@pytest.fixture(scope="module")
def page(judged, tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs") / "theory"
    write_page(judged, SESSION, folder)
    return (folder / "agreement.md").read_text(encoding="utf-8")


def rows_of(page: str, first: str) -> list[list[str]]:
    """Cells of the rows that begin with this one."""
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith(f"| {first} |")]
    return [[cell.strip() for cell in row] for row in rows]


def test_the_page_tells_the_shares_of_each_run_and_where_thresholds_were_set(page, judged):
    found = agreement_of(judged[0].pairings)
    rows = rows_of(page, "all")
    assert len(rows) == 3
    assert {row[1].split(" ")[0] for row in rows} == {f"{found.precision.mean:.3f}"}
    assert {row[2].split(" ")[0] for row in rows} == {f"{found.recall.mean:.3f}"}
    assert ", ".join(SET_ON) in page
    assert page.count("as provenance.json has it") == 3


def test_every_disagreement_about_functions_that_work_under_one_optimizer_alone_is_counted(page, judged):
    pairings: pd.DataFrame = judged[0].pairings
    found = agreement_of(pairings)
    n = found.n - found.n_right
    # Every valid head has a pairing that works and one that fails.
    assert rows_of(page, GRID) == [[GRID, f"{n} of {found.n}", str(n), "0"]]


def test_causes_and_rules_are_counted_over_the_runs_that_set_no_threshold(page, judged):
    missed = agreement_of(judged[0].pairings)
    assert rows_of(page, "too few steps")[0][1] == str(2 * (missed.n_measured - missed.n_both))
    (constant,) = rows_of(page, "constant output")
    softmax = judged[0].pairings["output"] == "softmax"
    assert constant[1] == f"{2 * sum(judged[0].pairings[softmax]['verdict'] == 'fails')} of {2 * sum(softmax)}"


def test_the_missed_are_sorted_by_what_they_keep(page, judged):
    binary = judged[0].pairings[judged[0].pairings["task"] == "moons"]
    missed = agreement_of(binary)
    kept = rows_of(page, "moons")[-1]
    assert kept == ["moons", str(2 * (missed.n_measured - missed.n_both)), *["0"] * 4]


def test_the_missed_that_were_trained_for_longer_are_told_with_what_was_measured_then(page, judged):
    missed = agreement_of(judged[1].pairings)
    n = missed.n_measured - missed.n_both
    assert f"{n} of the missed of what is held out were trained again for 4 epochs" in page
    assert f"| fails |\n| --- |\n| {n} |" in page
