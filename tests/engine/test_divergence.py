"""A trial that turns non-finite is frozen and marked with its epoch; nobody else notices."""

import numpy as np
import pytest

from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from tests.engine.builders import make_dataset, make_trial


def test_a_diverged_trial_leaves_its_neighbours_untouched():
    dataset = make_dataset("regression")
    calm = make_trial("regression", "relu", optimizer="sgd", lr=1e-2, epochs=8)
    wild = make_trial("regression", "relu", optimizer="sgd", lr=1e4, epochs=8)
    other = make_trial("regression", "tanh", optimizer="sgd", lr=1e-2, epochs=8)
    beside = StackedTraining([calm, wild, other], dataset).run()
    without = StackedTraining([calm, other], dataset).run()
    assert [outcome.status for outcome in beside] == ["done", "diverged", "done"]
    assert beside[0].metrics == without[0].metrics
    assert beside[2].metrics == without[1].metrics


def test_a_diverged_trial_is_marked_with_the_epoch_that_the_plain_loop_finds():
    dataset = make_dataset("regression")
    wild = make_trial("regression", "identity", optimizer="sgd", lr=1.2, epochs=8)
    stacked, plain = StackedTraining([wild], dataset).run()[0], PlainTraining(wild, dataset).run()
    assert stacked.status == plain.status == "diverged"
    assert stacked.diverged_epoch == plain.diverged_epoch
    assert stacked.diverged_epoch is not None
    curve = stacked.curves["validation_score"]
    assert np.isfinite(curve[: stacked.diverged_epoch - 1]).all()
    assert np.isnan(curve[stacked.diverged_epoch - 1 :]).all()
    assert "score" not in stacked.metrics


@pytest.mark.parametrize(("output", "loss"), [("sigmoid", "bce"), ("tanh", "hinge"), ("identity", "mse")])
def test_a_nan_in_one_trial_raises_nothing_in_a_binary_stack(output, loss):
    trials = [make_trial("binary", "identity", output, loss, "sgd", lr=lr, phase="final") for lr in (1e-2, 1e30)]
    calm, wild = StackedTraining(trials, make_dataset("binary")).run()
    assert calm.status == "done"
    assert np.isfinite(calm.metrics["score"])
    assert wild.status in ("diverged", "done")


def test_tune_trials_never_touch_the_test_set():
    tune, final = (
        StackedTraining([make_trial("binary", phase=phase)], make_dataset("binary")).run()[0]
        for phase in ("tune", "final")
    )
    assert tune.row_scores is None
    assert "accuracy" not in tune.metrics
    assert tune.metrics["score"] == tune.metrics["validation_score"]
    assert final.row_scores is not None
    assert final.row_scores.shape == (60,)
    assert "accuracy" in final.metrics
