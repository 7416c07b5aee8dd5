"""The study of recommendations: its sums, its intervals, and what its page says of them."""

import numpy as np
import pytest
from scipy import stats

from actloss_cli.store.reader import read_run
from studies.recommend import Outcome, Training, paired, trained
from studies.recommend_page import write_page
from tests.tiny_grid import N_INVALID, N_PAIRINGS


def outcome(table, take_share, default, take):
    return Outcome(
        table=table,
        kind="regression",
        n_rows=1200,
        n_pairings=240,
        whole=Training(epochs=10_000, core_s=100.0, command_s=60.0),
        recommended=Training(epochs=480, core_s=5.0, command_s=12.0),
        best="gelu/identity/mae/adam",
        best_score=0.5,
        take="silu/identity/huber/adam",
        take_score=0.5 * take_share,
        take_share=take_share,
        default="relu/identity/mse/adam",
        default_score=0.4,
        default_verdict="impaired",
        best_less_default=default,
        take_less_default=take,
    )


def test_all_epochs_of_a_run_are_counted(tiny_run):
    assert N_PAIRINGS > N_INVALID
    assert trained(tiny_run, 60.0).epochs == 4 * len(read_run(tiny_run).trials)


def test_the_interval_is_that_of_the_paired_t_test():
    ours, theirs = np.random.default_rng(0).normal(size=(2, 10))
    mean, low, high = paired(ours, theirs)
    expected = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
    assert mean == pytest.approx((ours - theirs).mean())
    assert (low, high) == pytest.approx((expected.low, expected.high))


def test_the_page_counts_what_is_within_the_margin_and_what_beats_the_default(tmp_path):
    outcomes = [
        outcome("slips", 0.98, (0.1, 0.05, 0.15), (0.09, 0.04, 0.14)),
        outcome("counts", 0.90, (0.1, 0.05, 0.15), (0.01, -0.04, 0.05)),
        outcome("wine", 0.96, (0.0, -0.05, 0.05), (0.0, -0.05, 0.05)),
    ]
    write_page(outcomes, 5, tmp_path / "recommend.md")
    text = (tmp_path / "recommend.md").read_text()
    assert "on 3 tables `actloss recommend --budget 5%`" in text
    assert "- Within the margin of the best: 2 of 3." in text
    flat = " ".join(text.split())
    assert "better than the plain default on 2 of 3 (slips, counts)" in flat
    assert "The recommended pairing is so too on 1 of these." in flat
    assert (
        "| slips | 1,200 | 240 | 4.8 % | 5.0 % | 12 of 60 s | `gelu/identity/mae/adam` 0.500 "
        "| `silu/identity/huber/adam` 0.490 | 98.0 % | impaired 0.400 | +0.090 [+0.040, +0.140] |"
    ) in text
