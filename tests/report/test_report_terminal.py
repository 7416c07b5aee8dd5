"""The report in a terminal: its numbers are the frame's, at any width, without colour, whatever the labels say."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.report.cell_grid import Cell, CellGrid
from actloss_cli.report.run_report import RunReport
from actloss_cli.report.terminal import render_report
from actloss_cli.report.terminal_grid import print_grid

from .synthetic import SyntheticTask, make_run

ANSI = re.compile("\x1b")


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_the_headline_counts_the_pairings_that_work(report, analysis, printed):
    text = printed(render_report, report)
    for task, pairings in analysis.pairings.groupby("task"):
        n_working = int(pairings["verdict"].isin(["works", "slow"]).sum())
        assert f"{task}: {n_working} of {len(pairings)} pairings work" in text


def test_the_headline_gives_the_reference_with_its_score_and_interval(report, analysis, printed):
    text = _flat(printed(render_report, report))
    for pairing_id in analysis.references.values():
        row = analysis.pairings.loc[pairing_id]
        label = f"{row['activation']}/{row['output']}/{row['loss']}/{row['optimizer']}"
        numbers = f"{row['score']:.3f} ({row['score_low']:.3f} to {row['score_high']:.3f}) at lr {row['lr']:g}"
        assert f"reference, best on validation: {label}, {numbers}" in text


def test_the_headline_accuses_functions_with_which_nothing_works(report, printed):
    text = printed(render_report, report)
    assert "hinge never works under softmax (12 fails)" in text
    assert "sigmoid never works with sgd" in text


def test_what_is_undecided_accuses_nobody(report, analysis, printed):
    moons = analysis.pairings[analysis.pairings["task"] == "moons"]
    cell = moons[(moons["output"] == "tanh") & (moons["loss"] == "mse")]
    assert "undecided" in set(cell["verdict"])
    assert not cell["works"].any()
    assert "mse never works under tanh" not in printed(render_report, report)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_nothing_is_cut_or_wider_than_the_console(report, analysis, printed, width):
    text = printed(render_report, report, width=width)
    assert max(map(len, text.splitlines())) <= width
    tables = text.split("\ndigits: ")[2].split("best by test score")[0]
    shown = Counter(tables.split("\noutput \\ loss", maxsplit=1)[1].split())
    expected: Counter[str] = Counter()
    for table in (output_by_loss(analysis, "digits"), activation_by_optimizer(analysis, "digits")):
        for _, cell in table.iterrows():
            n_working = cell["works"] + cell["slow"]
            expected[f"{cell['best_score']:.3f}"] += 1
            expected[f"{n_working}/{cell['n_pairings'] - cell['invalid']}"] += n_working > 0
    assert {token: shown[token] for token in expected} == dict(expected)


def test_a_narrow_table_first_folds_its_cells_then_goes_on_below(printed):
    columns = tuple(f"loss_{j:02d}" for j in range(40))
    cells = {("relu", column): Cell(0.5 + j / 100, 28, j + 1, "works") for j, column in enumerate(columns)}
    grid = CellGrid("output", "loss", ("relu",), columns[:3], cells)
    assert "✓ 0.510 2/28" in printed(print_grid, grid, width=60)
    assert "✓ 0.510 2/28" not in printed(print_grid, grid, width=50)
    assert printed(print_grid, grid, width=50).count("output") == 1
    long = printed(print_grid, replace(grid, columns=columns), width=50)
    assert max(map(len, long.splitlines())) <= 50
    assert re.findall(r"loss_\d\d", long) == list(columns)
    assert re.findall(r"0\.\d{3}", long) == [f"{0.5 + j / 100:.3f}" for j in range(40)]
    assert re.findall(r"\d+/28", long) == [f"{j + 1}/28" for j in range(40)]


@pytest.mark.parametrize("width", [60, 200])
def test_reasons_of_the_worst_are_whole_at_any_width(report, analysis, printed, width):
    flat = re.sub(r"\s", "", printed(render_report, report, width=width))
    moons = analysis.pairings[(analysis.pairings["task"] == "moons") & (analysis.pairings["verdict"] != "invalid")]
    worst = moons[~moons["works"] & (moons["verdict"] != "undecided")].nsmallest(5, "score")
    assert len(worst) == 5
    for reason in worst["reason"]:
        assert re.sub(r"\s", "", reason) in flat


def test_a_wide_console_holds_a_pairing_on_one_line(report, analysis, printed):
    best = analysis.pairings[analysis.pairings["task"] == "friedman1"].nlargest(1, "score").iloc[0]
    label = f"{best['activation']}/{best['output']}/{best['loss']}/{best['optimizer']}"
    (line,) = [line for line in printed(render_report, report, width=150).splitlines() if line.endswith(label)][:1]
    assert line.split()[:4] == ["1", "✓", "works", f"{best['score']:.3f}"]


def test_as_many_pairings_are_listed_as_asked_for(report, printed):
    text = printed(render_report, report, 3)
    best = text.split("best by test score")[1].split("worst that could be trained")[0]
    assert re.findall(r"^ +(\d+) ", best, re.MULTILINE) == ["1", "2", "3"]


def test_a_pipe_gets_no_escape_sequence_and_a_terminal_gets_colour(report, printed):
    assert not ANSI.search(printed(render_report, report))
    assert ANSI.search(printed(render_report, report, force_terminal=True, color_system="standard"))
    assert not re.search(r"\x1b\[\d*;?3\d", printed(render_report, report, force_terminal=True, no_color=True))


def test_a_terminal_of_ascii_alone_gets_every_symbol_in_ascii(report, printed):
    text = printed(render_report, report, encoding="ascii")
    assert "+ works" in text
    assert "score: test R2" in text


def test_hostile_labels_are_shown_and_obeyed_by_nothing(hostile_run, hostile, printed):
    text = printed(
        render_report, RunReport.of(hostile_run, hostile), 100, width=150, force_terminal=True, color_system="standard"
    )
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert "=cmd()[/red]\\x1b[31m: " in plain
    assert "[bold]x[/bold]\\u202eevil" in plain
    assert "<script>alert(1)</script>" in plain
    assert "\x1b" not in plain
    assert "\u202e" not in plain


def test_an_unfinished_run_is_labelled_with_what_is_missing(report, run, analysis, printed):
    label = f"UNFINISHED: 1,234 of {1234 + len(run.trials):,} trials missing"
    assert label in printed(render_report, RunReport.of(replace(run, n_missing=1234), analysis))
    assert "UNFINISHED" not in printed(render_report, report)


def test_a_task_without_signal_says_why_once(report, analysis, printed):
    reason = analysis.pairings.loc[analysis.pairings["verdict"] == "no signal", "reason"].iloc[0]
    assert _flat(printed(render_report, report)).count(reason) == 1


def test_a_run_before_its_first_trial_has_a_report(printed):
    whole = make_run([SyntheticTask("moons")])
    nothing = replace(
        whole,
        trials=whole.trials.iloc[:0],
        validation_score=whole.validation_score[:0],
        row_scores={},
        n_missing=len(whole.trials),
    )
    text = printed(render_report, RunReport.of(nothing))
    assert "moons: 0 of 192 pairings work" in text
    assert "180 … incomplete" in text
