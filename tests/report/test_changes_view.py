"""What changed between two runs, in a terminal and as JSON: the numbers are the frame's, at any width."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from actloss_cli.analysis.change_counts import ChangeCounts, count_changes, rank_changed, rank_moved
from actloss_cli.analysis.changes import compare_runs
from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.setting_changes import SettingChange, SettingChanges
from actloss_cli.report.changes_json import changes_json
from actloss_cli.report.changes_view import check_text, headline, render_changes
from actloss_cli.report.setting_changes_view import print_setting_changes

from .synthetic import TASKS, make_run

SETTINGS = SettingChanges(
    (
        SettingChange("versions", "torch", "2.9.0", ["2.9.0", "2.10.0"]),
        SettingChange("config", "training.epochs", 12, 24, ("moons",)),
    ),
    frozenset(task.label for task in TASKS[:3]),
    ("after has no config.yaml",),
)


@pytest.fixture(scope="module")
def other():
    """A run in which the scores of moons under adam fall, in part to the floor, and one task is missing."""
    run = make_run(TASKS[1:])
    rng = np.random.default_rng(1)
    names = run.trials.join(run.pairings, on="pairing_id")
    hit = ((names["task"] == "moons") & (names["optimizer"] == "adam")).to_numpy()
    falls = dict(zip(run.pairings.index, rng.choice([0.02, 0.2, 0.4], len(run.pairings)), strict=True))
    trials = run.trials.copy()
    trials.loc[hit, "score"] -= trials.loc[hit, "pairing_id"].map(falls) + rng.normal(0, 0.005, hit.sum())
    curves = run.validation_score.copy()
    curves[hit] = 0.4
    return replace(run, name="other", path="results/other", trials=trials, validation_score=curves)


@pytest.fixture(scope="module")
def changes(run, analysis, other):
    return compare_runs(run, analysis, other, analyse(other), SETTINGS)


def counted(**numbers) -> ChangeCounts:
    return ChangeCounts(**(dict.fromkeys(ChangeCounts.__dataclass_fields__, 0) | numbers))


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (
            {"n_both": 2870, "n_changed": 12, "n_broken": 3, "n_up": 10, "n_down": 30, "n_equal": 2500},
            "2,870 pairings in both; 12 verdicts changed, 3 of them from working to mismatched; "
            "40 scores moved beyond noise (30 down, 10 up); 2,500 are equal to the last digit",
        ),
        (
            {"n_both": 9, "n_changed": 1200, "n_broken": 1000, "n_mended": 2, "n_lost": 1},
            "9 pairings in both; 1,200 verdicts changed, 1,000 of them from working to mismatched, "
            "2 from mismatched to working, 1 to incomplete; 0 scores moved beyond noise; 0 are equal to the last digit",
        ),
        (
            {"n_both": 1, "n_changed": 1, "n_up": 1, "n_equal": 1, "n_untrained": 1},
            "1 pairing in both; 1 verdict changed; 1 score moved beyond noise (0 down, 1 up); "
            "1 is equal to the last digit, 1 of them without a score",
        ),
    ],
)
def test_the_headline_says_in_words_what_was_counted(numbers, expected):
    assert headline(counted(**numbers)) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({}, "check held: no verdict crossed between working and mismatched, and no score moved beyond noise"),
        (
            {"n_broken": 1, "n_mended": 1, "n_down": 1},
            "check did not hold: 2 verdicts crossed between working and mismatched, 1 score moved beyond noise",
        ),
        ({"n_lost": 1}, "check did not hold: 1 verdict became incomplete"),
    ],
)
def test_the_check_says_what_did_not_hold(numbers, expected):
    assert check_text(counted(**numbers)) == expected


def test_the_whole_comparison_is_printed(run, other, changes, printed):
    text = printed(render_changes, run, other, changes)
    counts = count_changes(changes.pairings)
    assert counts.n_broken > 2
    assert counts.n_down > 2
    assert headline(counts) in flat(text)
    assert text.startswith(f"before: results/synthetic ({len(run.pairings)} pairings)\nafter:  results/other (")
    assert f"only before: {len(changes.only_before)} pairings, friedman1/relu/identity/mse/sgd," in flat(text)
    assert f"and {len(changes.only_before) - 3} more" in flat(text)
    assert "  versions: torch 2.9.0 -> [2.9.0, 2.10.0]\n" in text
    assert "  config: training.epochs 12 -> 24 (moons)\n" in text
    assert "  not compared: after has no config.yaml\n" in text


def signed(difference: float) -> str:
    return re.escape(f"{difference:+.3f}" if abs(difference) >= 0.0005 else f"{difference:+.1e}")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_every_row_that_is_asked_for_has_its_numbers_and_nothing_is_cut(run, other, changes, printed, width):
    text = printed(render_changes, run, other, changes, None, width=width)
    assert max(map(len, text.splitlines())) <= width
    verdicts, scores = flat(text).split("verdicts that changed")[1].split("scores that moved beyond noise")
    for part, ranked in ((verdicts, rank_changed(changes.pairings)), (scores, rank_moved(changes.pairings))):
        assert len(ranked) > 10
        assert "--all" not in part
        for place, (_, row) in enumerate(ranked.iterrows(), start=1):
            label = f"{row['task']}/{row['activation']}/{row['output']}/{row['loss']}/{row['optimizer']}"
            numbers = f"{row['score_before']:.3f} -> {row['score_after']:.3f} {signed(row['difference'])} "
            if part is verdicts:
                line = rf"\S {row['verdict_before']} -> \S {row['verdict_after']} {numbers}"
            else:
                interval = f"{signed(row['difference_low'])} to {signed(row['difference_high'])}"
                line = f"{numbers}{interval} {'<0.001' if row['q'] < 0.001 else format(row['q'], '.3f')} "
            assert re.search(f" {place} {line}{re.escape(label)}", part), (line, label)


@pytest.mark.parametrize(
    ("difference", "shown"),
    [(-0.0304, "-0.030"), (0.0005, "+0.001"), (0.00034, "+3.4e-04"), (-1e-17, "0.000"), (np.nan, "-")],
)
def test_a_small_difference_is_shown_and_rounding_is_not(run, other, changes, printed, difference, shown):
    one = rank_changed(changes.pairings).head(1).assign(difference=difference, score_after=0.5)
    text = printed(render_changes, run, other, replace(changes, pairings=one))
    assert f" -> 0.500 {shown} " in flat(text.split("verdicts that changed")[1])


def test_as_many_rows_are_listed_as_asked_for(run, other, changes, printed):
    text = printed(render_changes, run, other, changes, 3)
    verdicts, scores = text.split("verdicts that changed")[1].split("scores that moved beyond noise")
    for part, ranked in ((verdicts, rank_changed(changes.pairings)), (scores, rank_moved(changes.pairings))):
        assert re.findall(r"^ +(\d+) \S+ [^\n]*[+-]\d\.\d{3}", part, re.MULTILINE) == ["1", "2", "3"]
        assert f"and {len(ranked) - 3:,} more; --all lists them" in part


def test_seeds_that_do_not_pair_are_said(run, analysis, other, printed):
    unknown = replace(SETTINGS, same_streams=frozenset())
    changes = compare_runs(run, analysis, other, analyse(other), unknown)
    text = flat(printed(render_changes, run, other, changes))
    assert "not paired: 5 seeds before, 5 after" in text
    assert "not paired: " not in flat(
        printed(render_changes, run, run, compare_runs(run, analysis, run, analysis, SETTINGS))
    )


def test_a_run_against_itself_has_no_tables(run, analysis, printed):
    same = compare_runs(run, analysis, run, analysis, SettingChanges((), SETTINGS.same_streams, ()))
    text = printed(render_changes, run, run, same)
    n_invalid = int((analysis.pairings["verdict"] == "invalid").sum())
    assert flat(text) == (
        f"before: results/synthetic ({len(run.pairings)} pairings) after: results/synthetic ({len(run.pairings)} "
        f"pairings) {len(run.pairings)} pairings in both; 0 verdicts changed; 0 scores moved beyond noise; "
        f"{len(run.pairings)} are equal to the last digit, {n_invalid} of them without a score "
        "settings and versions: no difference"
    )


def test_an_unfinished_run_is_labelled_with_what_is_missing(run, other, changes, printed):
    text = printed(render_changes, run, replace(other, n_missing=77), changes)
    assert text.count("UNFINISHED") == 1
    assert f"UNFINISHED: 77 of {77 + len(other.trials):,} trials missing" in text


def test_a_changed_reference_is_told_with_its_task(run, other, changes, printed):
    text = flat(printed(render_changes, run, other, changes))
    was, now = changes.references.loc["moons", ["before", "after"]]
    assert was != now
    assert re.search(rf"moons: [^:]* scores? down, reference {re.escape(was)} -> {re.escape(now)}", text)


def test_a_pipe_gets_no_escape_sequence_and_ascii_gets_ascii(run, other, changes, printed):
    assert "\x1b" not in printed(render_changes, run, other, changes)
    assert "\x1b" in printed(render_changes, run, other, changes, force_terminal=True, color_system="standard")
    text = printed(render_changes, run, other, changes, encoding="ascii")
    assert re.search(r"\+ works +-> x fails", text)


def test_hostile_labels_are_shown_and_obeyed_by_nothing(hostile_run, hostile, printed):
    trials = hostile_run.trials.assign(score=hostile_run.trials["score"] * 0.8)
    other = replace(hostile_run, trials=trials, path="[bold]x\x1b[31m")
    settings = SettingChanges((SettingChange("config", "\x1bx", "[red]a", "b\u202e", ()),), frozenset(), ())
    changes = compare_runs(hostile_run, hostile, other, analyse(other), settings)
    text = printed(render_changes, hostile_run, other, changes, None)
    assert "[bold]x\\x1b[31m" in text
    assert "\\x1bx [red]a -> b\\u202e" in text
    assert "=cmd()[/red]\\x1b[31m/" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (SettingChange("config", "seeds.final", 3, 5, ("moons", "digits")), "config: seeds.final 3 -> 5"),
        (SettingChange("config", "seeds.final", 3, 5, ("digits",)), "config: seeds.final 3 -> 5 (digits)"),
        (SettingChange("config", "lr", {"points": 3}, [0.1, 1.0], ()), "config: lr {points: 3} -> [0.1, 1]"),
        (SettingChange("versions", "git_commit", None, "abc"), "versions: git_commit none -> abc"),
        (
            SettingChange("config", "optimizer", [{"name": "sgd", "momentum": 0.0}], [{"name": "lion"}]),
            "config: optimizer without sgd, with lion",
        ),
        (
            SettingChange("config", "loss", [], [{"name": "focal", "gamma": 1.0}, {"name": "focal", "gamma": 2.0}]),
            "config: loss with {name: focal, gamma: 1}, {name: focal, gamma: 2}",
        ),
        (
            SettingChange("config", "exclude", [{"loss": "hinge"}], []),
            "config: exclude without {loss: hinge}",
        ),
        (SettingChange("config", "nesterov", False, True), "config: nesterov false -> true"),
        (SettingChange("machine", "platform", "x" * 61, "y"), f"machine: platform {'x' * 57}... -> y"),
    ],
)
def test_a_setting_reads_as_in_a_config(change, expected, printed):
    text = printed(print_setting_changes, SettingChanges((change,), frozenset(), ()), ["moons", "digits"], width=120)
    assert text == f"settings and versions that differ\n  {expected}\n"


def test_the_json_holds_every_pairing_and_all_counts(run, other, changes):
    told = json.loads(changes_json(run, other, changes))
    assert list(told) == [
        *("before", "after", "counts", "tasks", "settings", "not_compared", "verdict_changes"),
        *("only_before", "only_after", "pairings"),
    ]
    assert told["after"] == {
        "name": "other",
        "path": "results/other",
        "finished": True,
        "n_missing": 0,
        "n_pairings": len(other.pairings),
        "n_trials": len(other.trials),
    }
    counts = count_changes(changes.pairings)
    assert told["counts"]["n_broken"] == counts.n_broken
    assert (told["counts"]["n_moved"], told["counts"]["holds"]) == (counts.n_moved, False)
    assert [task["task"] for task in told["tasks"]] == ["moons", "imbalanced", "digits"]
    assert sum(change["n"] for change in told["verdict_changes"]) == counts.n_changed
    assert told["settings"][1] == {
        "group": "config",
        "name": "training.epochs",
        "before": 12,
        "after": 24,
        "tasks": ["moons"],
    }
    assert told["not_compared"] == ["after has no config.yaml"]
    assert len(told["only_before"]) == len(changes.only_before)
    assert len(told["pairings"]) == counts.n_both
    for row, (_, pairing) in zip(told["pairings"], changes.pairings.iterrows(), strict=True):
        assert list(row) == list(changes.pairings.columns)
        assert row["verdict_after"] == pairing["verdict_after"]
        assert row["difference"] == (None if np.isnan(pairing["difference"]) else pairing["difference"])
        assert row["moved"] is bool(pairing["moved"])
