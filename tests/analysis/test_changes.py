"""Two runs held against each other: tests against scipy, what must hold for any two runs, and the edges."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from actloss_cli.analysis.changes import Changes, compare_runs, moved_beyond_noise
from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.setting_changes import SettingChanges
from tests.analysis.conftest import BEST_TUNE, FLOOR, GOOD, OTHER, REFERENCE, Measured, build_run
from tests.report.synthetic import TASKS, make_run

NAN = float("nan")
LOWER = tuple(round(score - step, 6) for score, step in zip(GOOD, np.linspace(0.03, 0.06, 10), strict=True))
HALF_ROW = 0.5 / (2 * 200)
"""Two classes of 200 test rows each: one row moves the balanced accuracy by 1/400."""


def compared(before, after, same_streams=("moons",)) -> Changes:
    known = SettingChanges((), frozenset(same_streams), ())
    return compare_runs(before, analyse(before), after, analyse(after), known)


def of_scores(before, after, same_streams=("moons",), **options):
    """The row of a pairing with these final scores; the reference is the same in both runs."""
    runs = [
        build_run({REFERENCE: Measured(GOOD[: len(final)], BEST_TUNE), OTHER: Measured(final)}, n_final=len(final))
        for final in (before, after)
    ]
    changes = compared(*runs, same_streams, **options)
    return changes.pairings.set_index("activation").loc["tanh"]


@pytest.fixture(scope="module")
def synthetic():
    return make_run(TASKS)


def test_a_run_against_itself_has_no_change_and_is_equal_throughout(synthetic):
    changes = compared(synthetic, synthetic, [task.label for task in TASKS])
    pairings = changes.pairings
    assert len(pairings) == len(synthetic.pairings)
    assert pairings["equal"].all()
    assert not pairings["changed"].any()
    assert not pairings["moved"].any()
    measured = pairings["score_before"].notna()
    assert (pairings.loc[measured, "difference"] == 0).all()
    assert (pairings.loc[measured, "p"] == 1).all()
    assert changes.only_before.empty
    assert changes.only_after.empty


def test_before_and_after_mirror_each_other(synthetic):
    trials = synthetic.trials.copy()
    trials["score"] *= np.random.default_rng(3).normal(1, 0.02, len(trials))
    other = replace(synthetic, trials=trials)
    there, back = (
        compared(*runs, [task.label for task in TASKS[:2]]).pairings
        for runs in ((synthetic, other), (other, synthetic))
    )
    assert there["changed"].any()
    for name in ("verdict", "reason", "score", "lr", "seeds"):
        assert there[f"{name}_before"].equals(back[f"{name}_after"].rename(f"{name}_before"))
    np.testing.assert_allclose(there["difference"], -back["difference"])
    np.testing.assert_allclose(there["difference_low"], -back["difference_high"])
    for name in ("p", "q"):
        np.testing.assert_allclose(there[name], back[name])
    for name in ("changed", "moved", "equal"):
        assert there[name].equals(back[name])


def test_on_the_same_seeds_of_the_same_data_the_difference_is_the_paired_t_test():
    row = of_scores(GOOD, LOWER)
    expected = stats.ttest_rel(LOWER, GOOD)
    interval = expected.confidence_interval(0.95)
    assert (row["paired"], row["seeds_before"], row["seeds_after"]) == (True, 10, 10)
    assert row["difference"] == pytest.approx(np.mean(LOWER) - np.mean(GOOD))
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((interval.low, interval.high))
    assert row["p"] == pytest.approx(expected.pvalue)
    assert row["moved"]


@pytest.mark.parametrize(("after", "same_streams"), [(LOWER[:6], ["moons"]), (LOWER, [])])
def test_with_other_seeds_or_other_data_it_is_welchs(after, same_streams):
    row = of_scores(GOOD, after, same_streams)
    expected = stats.ttest_ind(after, GOOD, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert not row["paired"]
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((interval.low, interval.high))
    assert row["p"] == pytest.approx(expected.pvalue)


def test_a_seed_that_is_missing_on_one_side_leaves_no_pairs():
    row = of_scores(GOOD, (None, *LOWER[1:]))
    assert (row["paired"], row["seeds_before"], row["seeds_after"]) == (False, 10, 9)
    assert row["p"] == pytest.approx(stats.ttest_ind(LOWER[1:], GOOD, equal_var=False).pvalue)


def test_a_seed_that_crashed_is_missing_and_not_at_the_floor():
    good = Measured(GOOD, BEST_TUNE)
    runs = [
        build_run({REFERENCE: good, OTHER: measured}) for measured in (Measured(GOOD), Measured(LOWER, crashed=[4]))
    ]
    row = compared(*runs).pairings.set_index("activation").loc["tanh"]
    assert (row["paired"], row["seeds_before"], row["seeds_after"]) == (False, 10, 9)
    assert row["p"] == pytest.approx(stats.ttest_ind(LOWER[:4] + LOWER[5:], GOOD, equal_var=False).pvalue)


def test_final_trials_at_a_learning_rate_that_is_not_the_chosen_one_do_not_count():
    runs = [build_run({OTHER: Measured(GOOD, final_lr=lr)}) for lr in (0.1, 0.01)]
    (row,) = compared(*runs).pairings.to_dict("records")
    assert (row["seeds_before"], row["seeds_after"], row["lr_after"]) == (10, 0, 0.1)
    assert np.isnan(row["score_after"])
    assert np.isnan(row["p"])


def test_seeds_pair_by_their_number_whatever_the_order_of_the_trials():
    first, second = (build_run({OTHER: Measured(final)}) for final in (GOOD, LOWER))
    order = np.random.default_rng(6).permutation(len(second.trials))
    shuffled = replace(second, trials=second.trials.iloc[order], validation_score=second.validation_score[order])
    (row,) = compared(first, shuffled).pairings.to_dict("records")
    assert row["paired"]
    assert row["p"] == pytest.approx(stats.ttest_rel(LOWER, GOOD).pvalue)


def test_seeds_count_at_the_floor_where_they_diverged_or_fell_below_it():
    row = of_scores(GOOD, (NAN, 0.3, *LOWER[2:]))
    clipped = (FLOOR, FLOOR, *LOWER[2:])
    assert row["score_after"] == pytest.approx(np.mean(clipped))
    assert row["p"] == pytest.approx(stats.ttest_rel(clipped, GOOD).pvalue)


def test_scores_are_those_that_the_verdicts_rest_on(synthetic):
    pairings = analyse(synthetic).pairings.reset_index(drop=True)
    changes = compared(synthetic, make_run(TASKS[1:])).pairings
    kept = pairings[pairings["task"] != TASKS[0].label].reset_index(drop=True)
    for ours, theirs in (("score_before", "score"), ("lr_before", "lr"), ("verdict_before", "verdict")):
        assert changes[ours].equals(kept[theirs].rename(ours))
    assert changes["seeds_before"].tolist() == kept["n_final"].tolist()


def test_q_is_adjusted_for_all_pairings_of_the_comparison(synthetic):
    trials = synthetic.trials.copy()
    trials["score"] += np.random.default_rng(4).normal(0, 0.01, len(trials))
    changes = compared(synthetic, replace(synthetic, trials=trials), [task.label for task in TASKS]).pairings
    tested = changes["p"].notna()
    assert 0 < (~tested).sum() == changes["score_before"].isna().sum()
    expected = stats.false_discovery_control(changes.loc[tested, "p"])
    np.testing.assert_allclose(changes.loc[tested, "q"], expected)
    assert changes.loc[~tested, "q"].isna().all()
    assert (changes["moved"] <= (changes["q"] <= 0.05)).all()
    assert (changes["p"] < 0.05).sum() > (changes["q"] <= 0.05).sum()


@pytest.mark.parametrize(("step", "moved"), [(0.9 * HALF_ROW, False), (1.1 * HALF_ROW, True)])
def test_less_than_half_a_test_row_is_no_move_however_sure(step, moved):
    row = of_scores(GOOD, [score - step for score in GOOD])
    assert row["q"] < 1e-6
    assert row["moved"] == moved


def test_a_difference_without_spread_is_sure_and_is_its_own_interval():
    row = of_scores([0.9] * 10, [0.8] * 10)
    assert (row["difference"], row["difference_low"], row["difference_high"]) == pytest.approx((-0.1, -0.1, -0.1))
    assert (row["p"], row["moved"]) == (0, True)


def test_one_seed_moves_nothing():
    row = of_scores([0.9], [0.6])
    assert np.isnan(row["p"])
    assert np.isnan(row["q"])
    assert not row["moved"]


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(10)))
def test_the_names_of_the_seeds_say_nothing(order):
    shuffled = of_scores([GOOD[seed] for seed in order], [LOWER[seed] for seed in order])
    row = of_scores(GOOD, LOWER)
    assert shuffled["p"] == pytest.approx(row["p"])
    assert shuffled["difference_low"] == pytest.approx(row["difference_low"])


def test_the_same_scores_of_other_trials_are_not_equal_but_have_not_moved(synthetic):
    renamed = {trial: f"new-{trial}" for trial in synthetic.trials.index}
    other = replace(
        synthetic,
        trials=synthetic.trials.rename(index=renamed),
        row_scores={renamed[trial]: rows for trial, rows in synthetic.row_scores.items()},
    )
    changes = compared(synthetic, other, [task.label for task in TASKS]).pairings
    trained = changes["score_before"].notna()
    assert not changes.loc[trained, "equal"].any()
    assert not changes["moved"].any()
    assert not changes["changed"].any()


@pytest.mark.parametrize("column", ["score", "log_loss"])
def test_the_last_digit_of_one_number_decides_whether_a_pairing_is_equal(synthetic, column):
    trials = synthetic.trials.copy()
    trial = trials.index[trials[column].notna() & (trials["phase"] == "final")][0]
    trials.loc[trial, column] = np.nextafter(trials.loc[trial, column], np.inf)
    other = replace(synthetic, trials=trials)
    changes = compared(synthetic, other, [task.label for task in TASKS]).pairings
    (odd,) = np.flatnonzero(~changes["equal"])
    touched = synthetic.pairings.loc[trials.loc[trial, "pairing_id"]]
    names = ["task", "activation", "output", "loss", "optimizer"]
    assert changes.loc[odd, names].tolist() == touched[names].tolist()
    assert not changes["moved"].any()


def test_time_and_the_way_of_training_make_no_difference(synthetic):
    first, second = (
        replace(synthetic, trials=synthetic.trials.assign(elapsed_s=seconds, way=way, message=""))
        for seconds, way in ((0.1, "stack"), (3.0, "loop"))
    )
    assert compared(first, second).pairings["equal"].all()


def test_pairings_are_matched_by_their_labels_and_the_rest_is_listed():
    new, kept = "relu/identity/hinge/adam", {REFERENCE: Measured(GOOD, BEST_TUNE)}
    changes = compared(build_run({**kept, OTHER: Measured(GOOD)}), build_run({new: Measured(GOOD), **kept}))
    assert changes.pairings["activation"].tolist() == ["relu"]
    labels = ["task", "activation", "output", "loss", "optimizer"]
    assert changes.only_before.to_numpy().tolist() == [["moons", *OTHER.split("/")]]
    assert changes.only_after.to_numpy().tolist() == [["moons", *new.split("/")]]
    assert list(changes.only_before.columns) == labels


def test_a_pairing_of_another_task_is_another_pairing():
    one = {REFERENCE: Measured(GOOD, BEST_TUNE)}
    changes = compared(build_run(one), build_run(one, task="circles"))
    assert changes.pairings.empty
    assert changes.only_before["task"].tolist() == ["moons"]
    assert changes.only_after["task"].tolist() == ["circles"]


def test_a_pairing_without_a_trial_has_no_score_to_move():
    runs = [
        build_run({REFERENCE: Measured(GOOD, BEST_TUNE), OTHER: measured})
        for measured in (Measured(invalid="no coding"), Measured(GOOD))
    ]
    row = compared(*runs).pairings.set_index("activation").loc["tanh"]
    assert (row["verdict_before"], row["verdict_after"], row["changed"]) == ("invalid", "works", True)
    assert (row["seeds_before"], row["seeds_after"]) == (0, 10)
    assert np.isnan(row["difference"])
    assert not row["moved"]
    assert not row["equal"]


def test_references_are_told_of_the_tasks_that_both_runs_have():
    better = Measured(tuple(score + 0.005 for score in GOOD), BEST_TUNE | {0.1: [0.99] * 3})
    runs = [
        build_run({REFERENCE: Measured(GOOD, BEST_TUNE), OTHER: measured}) for measured in (Measured(LOWER), better)
    ]
    references = compared(*runs).references
    assert references.to_dict("index") == {"moons": {"before": REFERENCE, "after": OTHER}}
    assert references.index.name == "task"


scores = st.lists(st.floats(0, 1).map(lambda score: round(score, 3)), min_size=2, max_size=12).map(np.array)


@given(scores, scores, st.sampled_from([0.9, 0.95, 0.99]))
def test_scores_under_disjoint_seeds_move_where_welchs_test_says_so(a, b, level):
    if np.ptp(a) == np.ptp(b) == 0:
        assert moved_beyond_noise(a, b, level=level) == (a[0] != b[0])
    else:
        # Written out, since scipy doubts scores of which one side is constant.
        va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
        t = (a.mean() - b.mean()) / np.sqrt(va + vb)
        df = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
        assert moved_beyond_noise(a, b, level=level) == (2 * stats.t.sf(abs(t), df) < 1 - level)


def test_a_single_score_shows_no_noise_to_exceed():
    assert not moved_beyond_noise(np.array([0.1]), np.array([0.9, 0.91, 0.92]))


def test_the_difference_between_runs_that_differ_by_chance_alone_is_called_a_move_as_often_as_said():
    rng = np.random.default_rng(5)
    a, b = rng.normal(0.9, 0.01, (2, 2000, 10))
    share = np.mean([moved_beyond_noise(x, y) for x, y in zip(a[:500], b[:500], strict=True)])
    assert 0.03 <= share <= 0.07  # 5 % with a standard error of 1 %


def test_the_columns_are_as_documented():
    changes = compared(build_run({OTHER: Measured(GOOD)}), build_run({OTHER: Measured(GOOD)}))
    documented = Changes.__doc__
    assert all(name in documented for name in changes.pairings.columns)
    assert changes.pairings.dtypes[["changed", "paired", "moved", "equal"]].eq(np.bool_).all()
    assert isinstance(changes.pairings.index, pd.RangeIndex)
