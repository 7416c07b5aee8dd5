"""Every verdict from a hand-made run, with its reason to the letter; and how often the limit of two is misjudged."""

from dataclasses import replace

import numpy as np
import pytest

from actloss_cli.analysis.comparison import compare
from actloss_cli.analysis.evidence import Evidence, Finals, TaskFacts, Tuning
from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.references import make_reference
from actloss_cli.analysis.verdicts import judge
from actloss_cli.plan.selection import LrChoice
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.theory.frozen import Frozen

NAN = float("nan")


@pytest.fixture
def judged(build):
    """The row of a pairing beside a reference that scores 0.972."""

    def row(**measured):
        run = build.run({build.REFERENCE: build.best, build.OTHER: build.Measured(**measured)})
        return analyse(run).pairings.loc[f"moons:{build.OTHER}"]

    return row


def test_as_good_as_the_reference_works(judged, build):
    row = judged(final=build.GOOD)
    assert (row["verdict"], row["works"]) == ("works", True)
    assert row["reason"] == ("score 0.972 against 0.972 of relu/sigmoid/bce/adam: relative 1.000 [0.997, 1.003]")


def test_the_reference_itself_works(build):
    row = analyse(build.run({build.REFERENCE: build.best})).pairings.iloc[0]
    assert (row["verdict"], row["is_reference"]) == ("works", True)


def test_as_good_but_later_is_slow(judged, build):
    row = judged(final=build.GOOD, reach=12)
    assert (row["verdict"], row["works"], row["steps_to_target"]) == ("slow", True, 120)
    assert row["reason"] == (
        "10 of 10 seeds take more than 2 times the steps of relu/sigmoid/bce/adam: median 120 against 30"
    )


@pytest.mark.parametrize(
    ("reach", "verdict"),
    [
        ([12] * 9 + [3], "slow"),  # p = 11/1024
        ([12] * 8 + [3] * 2, "works"),  # p = 56/1024: could be chance
        ([6] * 10, "works"),  # just twice the steps
        ([7] * 10, "slow"),
    ],
)
def test_slow_takes_a_sign_test(judged, build, reach, verdict):
    assert judged(final=build.GOOD, reach=reach)["verdict"] == verdict


@pytest.mark.parametrize(("reach", "verdict"), [(3, "works"), (4, "slow")])
def test_slow_takes_a_gap_of_three_evaluations(build, reach, verdict):
    # Against a reference that is there in the first epoch, the third is three times later, but only two evaluations.
    at_once = build.Measured(build.GOOD, build.best.tune, reach=1)
    run = build.run({build.REFERENCE: at_once, build.OTHER: build.Measured(build.GOOD, reach=reach)})
    assert analyse(run).pairings.loc[f"moons:{build.OTHER}", "verdict"] == verdict


def test_to_miss_the_target_is_slow_where_the_reference_reaches_it(judged, build):
    row = judged(final=build.GOOD, reach=21)  # after the last epoch
    assert (row["verdict"], row["steps_to_target"]) == ("slow", np.inf)
    assert row["reason"].endswith("median never against 30")


def test_a_clear_loss_beyond_the_margin_is_impaired(judged):
    row = judged(final=[0.90, 0.91, 0.89, 0.90, 0.90, 0.91, 0.89, 0.90, 0.90, 0.90])
    assert (row["verdict"], row["works"]) == ("impaired", False)
    assert row["relative"] == pytest.approx(0.4 / 0.472)


def test_near_the_floor_is_failure(judged):
    row = judged(final=[0.52, 0.51, 0.53, 0.52, 0.50, 0.54, 0.52, 0.52, 0.52, 0.52])
    assert row["verdict"] == "fails"
    assert row["reason"].startswith("score 0.520 against 0.972 of relu/sigmoid/bce/adam: relative 0.042 [")


def test_nine_collapses_in_ten_are_failure_whatever_the_mean(judged):
    # The collapsed score just less than a quarter of the gain, 0.618, and the mean is above it.
    row = judged(final=[0.615] * 9 + [0.97])
    assert (row["verdict"], row["k_bad"], row["k_good"]) == ("fails", 9, 1)
    assert row["reason"] == "9 of 10 seeds stay below 0.618"


def test_two_collapses_beside_good_seeds_are_unstable(judged, build):
    row = judged(final=[0.5, NAN, *build.GOOD[2:]])
    assert (row["verdict"], row["k_bad"], row["k_good"], row["n_diverged"]) == ("unstable", 2, 8, 1)
    assert row["reason"] == "2 of 10 seeds stay below 0.618, 8 are as good as relu/sigmoid/bce/adam"


@pytest.mark.parametrize(("n_diverged", "verdict"), [(5, "unstable"), (6, "diverges")])
def test_more_than_half_of_the_finals_non_finite_diverges(judged, build, n_diverged, verdict):
    assert judged(final=[NAN] * n_diverged + list(build.GOOD[n_diverged:]))["verdict"] == verdict


def test_most_tune_seeds_non_finite_at_every_learning_rate_diverges(judged, build):
    tune = {0.01: [NAN, NAN, 0.5], 0.1: [NAN, NAN, 0.9], 1.0: [NAN, NAN, NAN]}
    row = judged(final=build.GOOD, tune=tune)
    assert (row["verdict"], row["n_diverged"]) == ("diverges", 7)
    assert row["reason"] == "7 of 9 tuning trials turned non-finite, most seeds at each of 3 learning rates"


def test_one_learning_rate_at_which_tuning_holds_is_not_divergence(judged, build):
    tune = {0.01: [NAN, NAN, NAN], 0.1: [NAN, 0.9, 0.9], 1.0: [NAN, NAN, NAN]}
    assert judged(final=build.GOOD, tune=tune)["verdict"] == "works"


def test_an_invalid_pairing_keeps_its_row_and_its_reason(judged):
    row = judged(invalid="all elements of input should be between 0 and 1")
    assert (row["verdict"], row["reason"]) == ("invalid", "all elements of input should be between 0 and 1")
    assert (row["n_final"], row["n_tune"], row["lr_at_edge"]) == (0, 0, "")
    assert row[["lr", "score", "relative", "k_bad"]].isna().all()


def test_a_missing_final_trial_is_incomplete_and_not_the_floor(judged, build):
    row = judged(final=[None, *build.GOOD[1:8], None, None])
    assert (row["verdict"], row["reason"]) == ("incomplete", "3 of 10 final trials are missing")
    assert row["n_final"] == 7
    assert row["score"] == pytest.approx(np.mean(build.GOOD[1:8]))


def test_a_crashed_final_trial_is_incomplete(judged, build):
    row = judged(final=build.GOOD, crashed=[4])
    assert (row["verdict"], row["reason"]) == ("incomplete", "1 of 10 final trials crashed or timed out")
    assert (row["n_final"], row["n_diverged"]) == (9, 0)


def test_no_final_trial_yet_is_incomplete(judged):
    row = judged(final=[])
    assert (row["verdict"], row["reason"]) == ("incomplete", "10 of 10 final trials are missing")


def test_seeds_that_disagree_leave_it_undecided_and_say_how_many_would_settle_it(judged):
    row = judged(final=[0.97, 0.88, 0.96, 0.90, 0.87, 0.95, 0.94, 0.86, 0.98, 0.94])
    assert row["verdict"] == "undecided"
    assert row["relative_low"] < 0.95 < row["relative_high"]
    assert row["reason"].endswith(f" includes 0.95; about {row['seeds_needed']} seeds would settle it")


def test_one_collapse_forbids_works_however_good_the_mean(build):
    run = build.run(
        {
            build.REFERENCE: build.Measured([0.7] * 10, build.best.tune),
            build.OTHER: build.Measured([0.54, *[1.0] * 9]),
        }
    )
    row = analyse(run).pairings.loc[f"moons:{build.OTHER}"]
    assert (row["verdict"], row["seeds_needed"]) == ("undecided", 20)
    assert row["reason"] == (
        "1 of 10 seeds stay below 0.550, too few to call it unstable; about 20 seeds would settle it"
    )


@pytest.mark.parametrize(("lr", "word"), [(0.01, "smallest"), (1.0, "largest")])
def test_a_mismatch_at_the_edge_of_the_learning_rates_is_undecided(judged, lr, word):
    tune = {0.01: [0.5] * 3, 0.1: [0.51] * 3, 1.0: [0.5] * 3} | {lr: [0.6] * 3}
    row = judged(final=[0.52] * 10, tune=tune, final_lr=lr)
    assert (row["verdict"], row["lr_at_edge"]) == ("undecided", "low" if lr < 0.1 else "high")
    assert row["reason"].startswith(f"lr range: {lr:g} is best and the {word} tried; as it stands fails, score 0.520")


def test_what_works_at_the_edge_works(judged, build):
    tune = {0.01: [0.5] * 3, 0.1: [0.7] * 3, 1.0: [0.9] * 3}
    row = judged(final=build.GOOD, tune=tune, final_lr=1.0)
    assert (row["verdict"], row["lr_at_edge"]) == ("works", "high")


def test_a_single_final_seed_decides_nothing(build):
    row = analyse(build.run({build.REFERENCE: build.Measured([0.97], build.best.tune)}, n_final=1)).pairings.iloc[0]
    # Nor does it show that the task has signal.
    assert row["verdict"] == "no signal"
    assert (row["score_low"], row["score_high"]) == (-np.inf, 1.0)


TASK = TaskFacts(
    label="limit",
    kind="binary",
    n_hidden=1,
    floor=0.5,
    n_tune=1,
    n_final=10,
    epochs=1,
    steps_per_epoch=10,
    strata=np.repeat([0, 1], 50),
)
TUNING = Tuning(np.ones((1, 1, 1), np.float32), 1, 0, 0, np.zeros(1, int), np.zeros(1, int), LrChoice(0, 0.1, None))


def evidence_of(rows):
    """A pairing with these test rows `[n, N]`; both classes weigh alike, so the score is the mean."""
    score = rows.mean(axis=1)
    finals = Finals(np.arange(len(score)), score, np.full((len(score), 1), 0.9), 0, 0, 0)
    return Evidence("id", "a/b/c/d", {}, "", Frozen((), proper=True), TUNING, finals)


def test_a_lost_tuning_trial_is_missing_and_not_at_the_floor():
    evidence = replace(evidence_of(np.full((10, 100), 0.9)), tuning=replace(TUNING, n_lost=1))
    verdict = judge(evidence, None, None, Thresholds())
    assert (str(verdict.name), verdict.reason) == ("incomplete", "1 of 1 tuning trials crashed or timed out")


@pytest.mark.parametrize("row_spread", [0.0, 0.2])
def test_at_the_limit_works_and_impaired_are_each_wrong_in_one_case_of_forty(row_spread):
    """Normal noise over seeds, and over test rows that they share; the pairing keeps just 95 % of the gain."""
    rng = np.random.default_rng(7)
    n_runs, gain, verdicts = 3_000, 0.4, []
    for _ in range(n_runs):
        rows = [
            0.5 + keep * gain + rng.normal(0, 0.03, (10, 1)) + rng.normal(0, 1, 100) * row_spread
            for keep in (0.95, 1.0)
        ]
        x, r = map(evidence_of, rows)
        comparison = compare(x, rows[0], make_reference(r, rows[1], TASK), TASK, Thresholds())
        verdicts.append(str(judge(x, comparison, None, Thresholds()).name))
    three_sigma = 3 * np.sqrt(0.025 * 0.975 / n_runs)
    for wrong in ("works", "impaired"):
        rate = verdicts.count(wrong) / n_runs
        # With few seeds the t quantile is also used for the rows, which can only make errors rarer.
        assert rate < 0.025 + three_sigma
        assert rate > (0.025 - three_sigma if row_spread == 0 else 0.005)
