"""What changed in a few numbers, and the order in which it is told."""

from dataclasses import replace

import pandas as pd
import pytest

from actloss_cli.analysis.change_counts import (
    count_by_task,
    count_changes,
    count_transitions,
    rank_changed,
    rank_moved,
)

NAN = float("nan")


def table(*rows):
    """From (verdict before, verdict after, difference, moved), each a pairing of its own activation."""
    return pd.DataFrame(
        {
            "task": ["moons" if place % 2 else "digits" for place in range(len(rows))],
            "activation": [f"a{place}" for place in range(len(rows))],
            "output": "identity",
            "loss": "mse",
            "optimizer": "adam",
            "verdict_before": [row[0] for row in rows],
            "verdict_after": [row[1] for row in rows],
            "changed": [row[0] != row[1] for row in rows],
            "score_before": [0.5 if row[2] == row[2] else NAN for row in rows],
            "score_after": [0.5 + row[2] for row in rows],
            "difference": [row[2] for row in rows],
            "moved": [row[3] for row in rows],
            "equal": [row[0] == row[1] and row[2] in (0, NAN) for row in rows],
        }
    )


MIXED = table(
    ("fails", "impaired", 0.2, True),  # a0
    ("undecided", "works", 0.01, False),  # a1
    ("works", "works", 0.0, False),  # a2
    ("works", "undecided", -0.02, False),  # a3
    ("slow", "fails", -0.1, True),  # a4
    ("works", "impaired", -0.3, True),  # a5
    ("works", "impaired", -0.1, False),  # a6
    ("diverges", "slow", 0.4, True),  # a7
    ("impaired", "incomplete", NAN, False),  # a8
    ("invalid", "invalid", NAN, False),  # a9
    ("undecided", "fails", -0.2, True),  # a10
    ("works", "slow", 0.0, False),  # a11
)
MIXED.loc[9, "equal"] = True


def test_verdicts_are_counted_by_what_they_crossed():
    counts = count_changes(MIXED)
    assert (counts.n_both, counts.n_changed) == (12, 10)
    assert (counts.n_broken, counts.n_mended, counts.n_lost) == (3, 1, 1)
    assert (counts.n_up, counts.n_down, counts.n_moved) == (2, 3, 5)
    assert (counts.n_equal, counts.n_untrained) == (2, 1)
    assert not counts.holds


def test_tasks_share_out_the_counts():
    counts = dict(count_by_task(MIXED))
    assert list(counts) == ["digits", "moons"]
    for name in ("n_both", "n_changed", "n_broken", "n_up", "n_down", "n_equal"):
        assert sum(getattr(one, name) for one in counts.values()) == getattr(count_changes(MIXED), name)


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (("works", "works", 0.0, False), True),
        (("works", "slow", -0.01, False), True),
        (("works", "undecided", -0.01, False), True),
        (("incomplete", "incomplete", NAN, False), True),
        (("incomplete", "works", NAN, False), True),
        (("works", "works", 0.01, True), False),
        (("slow", "unstable", 0.0, False), False),
        (("invalid", "works", NAN, False), False),
        (("fails", "incomplete", NAN, False), False),
    ],
)
def test_a_run_confirms_another_unless_a_verdict_crossed_or_was_lost_or_a_score_moved(row, holds):
    assert count_changes(table(row)).holds == holds


def test_the_most_serious_changes_come_first_and_the_larger_of_equals():
    assert rank_changed(MIXED)["activation"].tolist() == [
        *("a5", "a4", "a6"),  # from working to mismatched; a4 and a6 are as large, and both of digits
        "a7",  # from mismatched to working
        *("a3", "a10", "a8", "a1"),  # to or from what is not known
        *("a0", "a11"),
    ]


def test_moves_are_ranked_by_their_size_whatever_their_direction():
    assert rank_moved(MIXED)["activation"].tolist() == ["a7", "a5", "a0", "a10", "a4"]


def test_transitions_are_counted_the_most_serious_first():
    assert list(count_transitions(MIXED).items())[:4] == [
        (("works", "impaired"), 2),
        (("slow", "fails"), 1),
        (("diverges", "slow"), 1),
        (("works", "undecided"), 1),
    ]
    assert sum(count_transitions(MIXED).values()) == 10


def test_nothing_is_counted_of_nothing():
    counts = count_changes(MIXED.iloc[:0])
    assert counts == replace(counts, n_both=0, n_changed=0, n_equal=0)
    assert counts.holds
    assert rank_changed(MIXED.iloc[:0]).empty
    assert count_transitions(MIXED.iloc[:0]) == {}
