"""The learning rate of a pairing, from hand-made validation curves; expected choices worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from actloss_cli.plan.selection import choose_lr, choose_lrs, epochs_to_reach, extend_grid, ties_with

LRS = np.array([0.01, 0.1, 1.0, 10.0])
NAN = np.nan


def curves(*scores, reach=None, epochs=10):
    """`[L, S, E]`: at 0 until the epoch in `reach` `[L]`, then at the score; NaN throughout where that is NaN."""
    final = np.array(scores, dtype=float)
    at = np.ones_like(final) if reach is None else np.broadcast_to(np.array(reach, dtype=float)[:, None], final.shape)
    epoch = np.arange(1, epochs + 1)
    return np.where(epoch >= at[..., None], final[..., None], np.where(np.isnan(final), NAN, 0.0)[..., None])


def test_the_highest_mean_over_seeds_wins():
    choice = choose_lr(LRS, curves([0.2, 0.2], [0.5, 0.5], [0.9, 0.9], [0.95, 0.1]), 0.0)
    assert (choice.index, choice.lr, choice.at_edge) == (2, 1.0, None)


def test_a_tie_within_one_standard_error_goes_to_the_faster():
    # The best mean is 0.90 with standard error 0.02: 0.89 ties and gets there in epoch 2.
    scores = curves([0.5, 0.5], [0.89, 0.89], [0.88, 0.92], [0.1, 0.1], reach=[1, 2, 6, 1])
    assert choose_lr(LRS, scores, 0.0).lr == 0.1


def test_a_worse_one_outside_one_standard_error_is_not_a_tie_however_fast():
    scores = curves([0.5, 0.5], [0.87, 0.87], [0.88, 0.92], [0.1, 0.1], reach=[1, 2, 6, 1])
    assert choose_lr(LRS, scores, 0.0).lr == 1.0


def test_equally_fast_ties_go_to_the_larger():
    assert choose_lr(LRS, curves([0.5], [0.9], [0.9], [0.1]), 0.0).lr == 1.0


def test_a_diverged_trial_counts_as_the_floor_and_never_reaches():
    choice = choose_lr(LRS, curves([0.6, 0.6], [0.7, 0.7], [0.95, NAN], [NAN, NAN]), 0.0)
    assert choice.lr == 0.1


def test_scores_below_the_floor_count_as_the_floor():
    scores = curves([0.4, 0.4], [-100.0, 0.9], [0.3, 0.3], [0.2, 0.2])
    assert choose_lr(LRS, scores, 0.0).lr == 0.1


def test_a_late_divergence_counts_by_its_last_epoch():
    scores = curves([0.6], [0.7], [0.9], [0.1])
    scores[2, 0, -1] = NAN
    assert choose_lr(LRS, scores, 0.0).lr == 0.1


@pytest.mark.parametrize(("scores", "side"), [((0.9, 0.5, 0.4, 0.3), "low"), ((0.3, 0.4, 0.5, 0.9), "high")])
def test_a_lone_winner_at_the_end_of_the_grid_is_at_the_edge(scores, side):
    assert choose_lr(LRS, curves(*([score] for score in scores)), 0.0).at_edge == side


def test_a_winner_at_the_end_is_not_at_the_edge_if_an_interior_one_ties():
    choice = choose_lr(LRS, curves([0.2], [0.2], [0.9], [0.9]), 0.0)
    assert (choice.lr, choice.at_edge) == (10.0, None)


@pytest.mark.parametrize("floor", [0.0, 0.1, 0.25, 1 / 3, 0.5])
def test_a_constant_predictor_gets_an_interior_value_and_is_at_no_edge(floor):
    constant = np.full((4, 3, 5), floor, np.float32)
    choice = choose_lr(LRS, constant, floor)
    assert (choice.lr, choice.at_edge) == (1.0, None)


def test_at_the_floor_a_trained_end_of_the_grid_wins_over_a_diverged_interior():
    choice = choose_lr(LRS, curves([0.0, 0.0], [NAN, NAN], [NAN, NAN], [NAN, NAN]), 0.0)
    assert (choice.lr, choice.at_edge) == (0.01, None)


def test_all_diverged_still_gives_a_choice():
    assert choose_lr(LRS, curves([NAN], [NAN], [NAN], [NAN]), 0.5).at_edge is None


def test_of_two_rates_the_winner_is_at_the_edge_unless_they_tie():
    choice = choose_lr(LRS[:2], curves([0.1], [0.2]), 0.0)
    assert (choice.index, choice.at_edge) == (1, "high")
    choice = choose_lr(LRS[:2], curves([0.2, 0.3], [0.2, 0.3]), 0.0)
    assert choice.at_edge is None


def test_a_single_rate_is_taken_as_given():
    choice = choose_lr(LRS[:1], curves([0.1]), 0.0)
    assert (choice.index, choice.at_edge) == (0, None)


def test_more_digits_than_the_store_keeps_change_nothing():
    # Apart in float64, one value in float32: the tie goes to the larger rate in the run as in the analysis.
    scores = curves([0.1], [0.9 + 1e-12], [0.9], [0.1])
    assert choose_lr(LRS, scores, 0.0) == choose_lr(LRS, scores.astype(np.float32), 0.0)
    assert choose_lr(LRS, scores, 0.0).lr == 1.0


def test_a_score_beyond_float32_is_at_the_floor():
    assert choose_lr(LRS, curves([-1e300], [0.5], [-1e300], [-1e300]), 0.0).lr == 0.1


@given(arrays.arrays(np.float32, (5, 3, 4), elements=st.floats(-2, 1, width=32) | st.just(NAN)), st.floats(0, 0.5))
def test_the_choice_is_within_one_standard_error_of_the_best(scores, floor):
    choice = choose_lr(np.geomspace(1e-3, 10, 5), scores, floor)
    final = scores[..., -1].astype(float)
    final = np.where(np.isnan(final), floor, np.maximum(final, floor))
    best = final.mean(axis=1).argmax()
    assert final[choice.index].mean() >= final[best].mean() - final[best].std(ddof=1) / np.sqrt(3) - 1e-12
    assert choice.at_edge is None or choice.index == {"low": 0, "high": 4}[choice.at_edge]


def test_epochs_count_from_one_and_a_miss_is_infinite():
    scores = np.array([[0.9, 0.1, 0.1], [0.1, NAN, 0.9], [0.1, 0.2, NAN]])
    np.testing.assert_array_equal(epochs_to_reach(scores, 0.5), [1, 3, np.inf])


@pytest.mark.parametrize(("side", "expected"), [("low", 1e-4), ("high", 100.0)])
def test_the_grid_grows_at_its_own_spacing(side, expected):
    assert extend_grid(np.array([1e-3, 1e-2, 1.0, 10.0]), side) == pytest.approx(expected, rel=1e-12)


def test_seeds_that_share_a_hard_split_do_not_widen_the_tie():
    # 0.02 worse on every split: the splits' own spread (standard error 0.06) is no excuse.
    scores = np.array([[0.90, 0.70, 0.80], [0.88, 0.68, 0.78], [0.6, 0.6, 0.6]])
    assert ties_with(scores, 0).tolist() == [True, False, False]


def test_a_collapsed_seed_does_not_buy_a_tie():
    scores = np.array([[0.90, 0.91, 0.92], [0.905, 0.915, 0.5]])
    assert ties_with(scores, 0).tolist() == [True, False]
    assert scores[1].std(ddof=1) / 3**0.5 > (scores[0] - scores[1]).mean() * 0.9, "its own error would reach so far"


@given(
    arrays.arrays(
        np.float32, (6, len(LRS), 3, 4), elements=st.sampled_from([NAN, -1.0, 0.0, 0.3, 0.5, 0.52, 0.9, 0.91])
    )
)
def test_pairings_choose_the_same_alone_and_among_others(scores):
    lrs = np.outer(np.arange(1, 7), LRS)
    together = choose_lrs(lrs, scores, 0.0)
    assert together == [choose_lr(of_one, scores[place], 0.0) for place, of_one in enumerate(lrs)]
