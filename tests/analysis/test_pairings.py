"""The tables that report and export stand on: columns, what stays visible, what another pairing must not change."""

import os
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from actloss_cli import side_by_side
from actloss_cli.analysis import pairings
from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.analysis.pairings import analyse
from actloss_cli.seeding import SEEDS_IN_SET
from actloss_cli.store.data import RunData

NAN = float("nan")

COLUMNS = """task kind dataset activation output loss optimizer lr n_final score score_low score_high relative
relative_low relative_high steps_to_target verdict reason cause notices score_grade speed_grade stability_grade
probability_grade works is_reference validation_score best_validation_score error_ratio collapse_bound k_bad k_good
n_tune n_diverged lr_at_edge seeds_needed speed_ratio log_loss_ratio probability_skill
probability_rule p_keeps q_keeps cause_name
notice_names predicted predicted_rule predicted_reason balanced_accuracy"""


@pytest.fixture
def grid(build):
    """Two outputs, two losses, two optimizers; one cell is invalid, one pairing lost its final trials."""
    bad, mid = build.Measured([0.5] * 10), build.Measured([0.9] * 10, {0.01: [0.6] * 3, 0.1: [0.9] * 3, 1.0: [0.6] * 3})
    return build.run(
        {
            "relu/sigmoid/bce/adam": build.best,
            "relu/sigmoid/bce/sgd": mid,
            "relu/sigmoid/mse/adam": build.Measured(build.GOOD),
            "relu/softmax/bce/adam": build.Measured(invalid="not defined"),
            "relu/softmax/bce/sgd": build.Measured(invalid="not defined"),
            "tanh/softmax/mse/sgd": bad,
            "tanh/sigmoid/mse/sgd": build.Measured(build.GOOD, crashed=range(10)),
        }
    )


def test_the_columns_are_a_stable_interface(grid):
    pairings = analyse(grid).pairings
    assert list(pairings.columns) == COLUMNS.split()
    assert list(pairings.index) == list(grid.pairings.index)


def test_every_pairing_of_the_plan_has_a_row_and_a_verdict(grid):
    verdicts = analyse(grid).pairings["verdict"]
    assert list(verdicts) == ["works", "impaired", "works", "invalid", "invalid", "fails", "incomplete"]


def test_a_row_says_what_was_measured(grid):
    row = analyse(grid).pairings.loc["moons:relu/sigmoid/bce/sgd"]
    assert (row["lr"], row["n_final"], row["n_tune"], row["k_bad"], row["k_good"]) == (0.1, 10, 9, 0, 0)
    assert row["score"] == pytest.approx(0.9)
    assert row["error_ratio"] == pytest.approx(0.1 / 0.028)
    assert row["validation_score"] == row["best_validation_score"] == pytest.approx(0.9, rel=1e-6)  # curves are float32
    assert row["balanced_accuracy"] == pytest.approx(0.9)
    assert row["collapse_bound"] == pytest.approx(1 - 0.05**0.1)
    assert pd.isna(row["seeds_needed"])


def test_a_diverged_seed_counts_as_the_floor_in_scores_and_leaves_no_mean_of_raw_metrics(build):
    run = build.run({build.REFERENCE: build.best, build.OTHER: build.Measured([NAN, 0.3, *[0.9] * 8])})
    row = analyse(run).pairings.loc[f"moons:{build.OTHER}"]
    assert row["score"] == pytest.approx((2 * 0.5 + 8 * 0.9) / 10)
    assert row["validation_score"] == pytest.approx((2 * 0.5 + 8 * 0.9) / 10)
    assert np.isnan(row["balanced_accuracy"])
    assert (row["n_final"], row["n_diverged"]) == (10, 1)


def test_seeds_below_the_floor_add_no_variance_of_their_test_rows(build):
    run = build.run({build.REFERENCE: build.best, build.OTHER: build.Measured([0.3] * 10)})
    row = analyse(run).pairings.loc[f"moons:{build.OTHER}"]
    half_a_row = 0.5 / (2 * 200)
    assert (row["score"], row["score_high"] - row["score"]) == pytest.approx((0.5, half_a_row))


@pytest.mark.parametrize("crashed", [[], [3, 4]])
@pytest.mark.parametrize("newcomer", [[0.5] * 10, [0.95] * 10, [NAN] * 10])
def test_another_pairing_that_is_not_the_reference_changes_no_row(build, newcomer, crashed):
    some = {build.REFERENCE: build.best, build.OTHER: build.Measured([0.9, 0.95] * 5)}
    alone = analyse(build.run(some)).pairings
    more = analyse(build.run({"elu/relu/hinge/sgd": build.Measured(newcomer, crashed=crashed), **some})).pairings
    # the adjusted p allows for the number of pairings; it stands beside the verdict and decides nothing
    pd.testing.assert_frame_equal(more.loc[alone.index].drop(columns="q_keeps"), alone.drop(columns="q_keeps"))


def merge(*runs: RunData) -> RunData:
    first = runs[0]
    return replace(
        first,
        tasks=pd.concat([run.tasks for run in runs]),
        pairings=pd.concat([run.pairings for run in runs]),
        trials=pd.concat([run.trials for run in runs]),
        validation_score=np.concatenate([run.validation_score for run in runs]),
        strata={label: strata for run in runs for label, strata in run.strata.items()},
        row_scores={trial: rows for run in runs for trial, rows in run.row_scores.items()},
    )


def test_tasks_are_judged_apart(build):
    easy = build.run({build.REFERENCE: build.best, build.OTHER: build.Measured([0.8] * 10)})
    hard = build.run({build.REFERENCE: build.Measured([0.8] * 10, build.best.tune)}, task="hard")
    both = analyse(merge(easy, hard))
    pd.testing.assert_frame_equal(both.pairings[both.pairings["task"] == "moons"], analyse(easy).pairings)
    assert both.pairings.loc[f"hard:{build.REFERENCE}", "verdict"] == "works"
    assert list(both.tasks.index) == ["moons", "hard"]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")
@pytest.mark.parametrize("copies_fail", [False, True])
def test_copies_of_the_process_judge_tasks_to_the_last_digit_as_it_does_itself(
    build, monkeypatch, tmp_path, copies_fail
):
    monkeypatch.setattr(side_by_side, "default_workers", lambda: 3)
    others = [build.Measured(list(np.linspace(0.6, 0.9 - 0.05 * n, 10))) for n in range(5)]
    run = merge(
        *(build.run({build.REFERENCE: build.best, build.OTHER: other}, task=f"t{n}") for n, other in enumerate(others))
    )
    alone = analyse(run)
    here, judge_task = os.getpid(), pairings._judge_task

    def slowly(*arguments):
        (tmp_path / str(os.getpid())).touch()
        time.sleep(0.5)
        if copies_fail and os.getpid() != here:
            raise MemoryError
        return judge_task(*arguments)

    monkeypatch.setattr(pairings, "_judge_task", slowly)
    by_copies = analyse(run, by_copies=True)
    assert len(list(tmp_path.iterdir())) == 3
    pd.testing.assert_frame_equal(by_copies.pairings, alone.pairings, check_exact=True)
    pd.testing.assert_frame_equal(by_copies.tasks, alone.tasks, check_exact=True)
    assert list(by_copies.references.items()) == list(alone.references.items())


def test_the_order_of_stored_trials_does_not_matter(grid):
    order = np.random.default_rng(0).permutation(len(grid.trials))
    shuffled = replace(grid, trials=grid.trials.iloc[order], validation_score=grid.validation_score[order])
    pd.testing.assert_frame_equal(analyse(shuffled).pairings, analyse(grid).pairings, rtol=1e-12)


def test_another_set_of_seeds_is_read_as_the_first_one_is(grid):
    moved = replace(grid, trials=grid.trials.assign(seed=grid.trials["seed"] + 3 * SEEDS_IN_SET))
    pd.testing.assert_frame_equal(analyse(moved).pairings, analyse(grid).pairings)


def test_a_run_without_a_single_trial_has_a_row_for_each_pairing(build):
    analysis = analyse(build.run({build.REFERENCE: build.Measured(tune={}), build.OTHER: build.Measured(invalid="no")}))
    assert list(analysis.pairings["verdict"]) == ["incomplete", "invalid"]
    assert analysis.tasks.loc["moons", "reference"] == ""


def test_the_headline_counts_every_verdict(grid):
    task = analyse(grid).tasks.loc["moons"]
    assert task["reference"] == "relu/sigmoid/bce/adam"
    assert (task["n_pairings"], task["n_working"], task["n_mismatched"], task["no_signal"]) == (7, 2, 4, False)
    assert (task["works"], task["slow"], task["invalid"], task["incomplete"], task["undecided"]) == (2, 0, 2, 1, 0)


def test_output_by_loss_holds_every_cell_of_the_product(grid):
    cells = output_by_loss(analyse(grid), "moons")
    assert list(cells.index) == [(o, loss) for o in ("sigmoid", "softmax") for loss in ("bce", "mse")]
    assert list(cells["n_pairings"]) == [2, 2, 2, 1]
    assert list(cells["all_invalid"]) == [False, False, True, False]
    assert list(cells["best"]) == ["relu/sigmoid/bce/adam", "relu/sigmoid/mse/adam", "", "tanh/softmax/mse/sgd"]
    np.testing.assert_allclose(cells["works_share"], [0.5, 0.5, np.nan, 0.0])
    np.testing.assert_allclose(cells["best_score"], [0.972, 0.972, np.nan, 0.5])
    assert (cells.loc[("sigmoid", "bce"), "impaired"], cells.loc[("softmax", "bce"), "invalid"]) == (1, 2)


def test_a_cell_that_the_plan_leaves_out_shows_no_pairings(grid):
    cell = activation_by_optimizer(analyse(grid), "moons").loc[("tanh", "adam")]
    assert (cell["n_pairings"], cell["best"], cell["all_invalid"]) == (0, "", False)
    assert np.isnan(cell["works_share"])


def test_the_best_of_a_cell_is_picked_on_validation(build):
    # `relu` is better on test by luck: its validation score, over the same seeds, is lower.
    lucky = build.Measured([score + 0.005 for score in build.GOOD], build.best.tune)
    run = build.run({build.REFERENCE: lucky, "elu/sigmoid/bce/adam": build.best})
    final = (run.trials["pairing_id"] == f"moons:{build.REFERENCE}") & (run.trials["phase"] == "final")
    curves = run.validation_score.copy()
    curves[final.to_numpy()] -= 0.01
    cells = output_by_loss(analyse(replace(run, validation_score=curves)), "moons")
    assert cells["best"].item() == "elu/sigmoid/bce/adam"
