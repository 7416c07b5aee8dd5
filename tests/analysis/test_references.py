"""Which pairing becomes the reference of a task, and when a task has none."""

import numpy as np
import pytest

from actloss_cli.analysis.pairings import analyse

NAN = float("nan")
A, B, C = "relu/sigmoid/bce/adam", "silu/sigmoid/bce/adam", "tanh/sigmoid/bce/adam"


def tuned(middle, others=0.6):
    return {0.01: [others] * 3, 0.1: list(middle), 1.0: [others] * 3}


def test_the_reference_is_chosen_on_validation_not_on_test(build):
    run = build.run(
        {
            A: build.Measured([0.99] * 10, tuned([0.80] * 3), validation=[0.80] * 10),
            B: build.Measured([0.90] * 10, tuned([0.90] * 3)),
        }
    )
    analysis = analyse(run)
    assert analysis.references == {"moons": f"moons:{B}"}
    assert analysis.tasks.loc["moons", "reference"] == B
    assert analysis.pairings.loc[f"moons:{A}", "relative"] == pytest.approx(0.49 / 0.40)


def test_a_tie_within_one_standard_error_goes_to_the_faster_pairing(build):
    wide = [0.88, 0.90, 0.92] * 4 + [0.90]  # 13 seeds, standard error 0.0045
    run = build.run(
        {
            A: build.Measured(build.GOOD, tuned(wide[:3]), validation=wide[3:], tune_reach=5, reach=5),
            B: build.Measured(build.GOOD, tuned([0.897] * 3), validation=[0.897] * 10, tune_reach=2, reach=2),
            C: build.Measured(build.GOOD, tuned([0.89] * 3), validation=[0.89] * 10, tune_reach=1, reach=1),
        }
    )
    assert analyse(run).references == {"moons": f"moons:{B}"}


def test_luck_on_the_tune_seeds_does_not_make_a_reference(build):
    run = build.run(
        {
            A: build.Measured(build.GOOD, tuned([0.99] * 3), validation=[0.99, 0.7] * 5, tune_reach=1, reach=1),
            B: build.Measured(build.GOOD, tuned([0.97] * 3), validation=[0.97] * 10),
        }
    )
    assert analyse(run).references == {"moons": f"moons:{B}"}


@pytest.mark.parametrize("order", [(A, B), (B, A)])
def test_a_full_tie_goes_by_name_in_whatever_order_the_plan_stands(build, order):
    run = build.run({label: build.Measured(build.GOOD, tuned([0.9] * 3)) for label in order})
    assert analyse(run).references == {"moons": f"moons:{A}"}


def test_a_failed_tune_seed_at_the_chosen_rate_forbids_it(build):
    run = build.run(
        {
            A: build.Measured(build.GOOD, tuned([1.0, 1.0, NAN])),
            B: build.Measured(build.GOOD, tuned([0.65] * 3, others=NAN)),  # elsewhere it may fail
        }
    )
    assert analyse(run).references == {"moons": f"moons:{B}"}


def test_a_crashed_final_trial_forbids_it(build):
    run = build.run(
        {
            A: build.Measured(build.GOOD, tuned([0.95] * 3), crashed=[0]),
            B: build.Measured(build.GOOD, tuned([0.9] * 3)),
        }
    )
    assert analyse(run).references == {"moons": f"moons:{B}"}


def test_without_a_candidate_the_whole_task_has_no_signal(build):
    run = build.run(
        {
            A: build.Measured([NAN] * 10, {lr: [NAN] * 3 for lr in (0.01, 0.1, 1.0)}, final_lr=0.1),
            B: build.Measured(invalid="no coding"),
        }
    )
    analysis = analyse(run)
    assert analysis.pairings["verdict"].tolist() == ["no signal", "invalid"]
    assert analysis.pairings["reason"].tolist() == [
        "no pairing came through tuning and its final trials without a failed seed",
        "no coding",
    ]
    assert (analysis.references, analysis.tasks.loc["moons", "no_signal"]) == ({}, True)


def test_a_reference_that_is_not_clearly_off_the_floor_leaves_no_signal(build):
    # Mean gain 0.11, but the interval reaches below 0.1.
    near = [0.60, 0.62, 0.61, 0.59, 0.63, 0.61, 0.60, 0.62, 0.61, 0.61]
    analysis = analyse(
        build.run(
            {
                A: build.Measured(near, tuned([0.61] * 3, others=0.5)),
                B: build.Measured([0.5] * 10, tuned([0.55] * 3, others=0.5)),
            }
        )
    )
    assert set(analysis.pairings["verdict"]) == {"no signal"}
    reason = analysis.pairings["reason"].iloc[0]
    assert reason.startswith(f"the reference {A} gains 0.110 [0.0")
    assert reason.endswith("over the floor, not clearly 0.1")
    assert analysis.references == {"moons": f"moons:{A}"}


def test_as_long_as_a_pairing_is_not_tuned_no_reference_is_final(build):
    run = build.run(
        {
            A: build.best,
            B: build.Measured(build.GOOD, {0.01: [0.6] * 3, 0.1: [0.9, 0.9, None]}),
            C: build.Measured(tune={}),
        }
    )
    analysis = analyse(run)
    pairings = analysis.pairings
    assert analysis.references == {}
    assert not pairings["is_reference"].any()
    assert list(pairings["verdict"]) == ["incomplete"] * 3
    assert list(pairings["reason"]) == [
        "the reference is not known yet: 2 of 3 pairings lack trials",
        "1 of 6 tuning trials are missing",
        "no tuning trial is there yet",
    ]


def test_as_long_as_a_pairing_lacks_final_trials_the_others_wait(build):
    run = build.run(
        {A: build.Measured([*build.GOOD[:7], None, None, None], tuned([0.96] * 3)), B: build.Measured(build.GOOD)}
    )
    analysis = analyse(run)
    waiting = analysis.pairings.loc[f"moons:{B}"]
    assert (waiting["verdict"], waiting["reason"]) == (
        "incomplete",
        "the reference is not known yet: 1 of 2 pairings lack trials",
    )
    assert waiting["score"] == pytest.approx(np.mean(build.GOOD))
    assert analysis.references == {}
    assert not analysis.tasks.loc["moons", "no_signal"]


def test_a_final_seed_that_collapses_on_validation_forbids_it(build):
    run = build.run(
        {
            A: build.Measured([0.95] * 9 + [0.5], tuned([0.95] * 3)),
            B: build.Measured(build.GOOD, tuned([0.9] * 3)),
        }
    )
    assert analyse(run).references == {"moons": f"moons:{B}"}
