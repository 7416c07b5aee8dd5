"""A trial that turns non-finite is frozen and marked with its epoch; nobody else notices."""

import numpy as np
import pytest
import torch

from actloss_cli.catalogue import Choice
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
    # Weights of 1e30 and more meet others of their size in the next step, and overflow.
    assert (wild.status, wild.diverged_epoch) == ("diverged", 1)


def test_a_line_search_that_meets_nan_is_a_divergence_and_no_crash():
    """torch's strong Wolfe search looks for the second end of a bracket that has one, once the loss is 0 / 0."""
    strong_wolfe = Choice.of("lbfgs", {"line_search_fn": "strong_wolfe"})
    wild = make_trial("multiclass", "relu", "relu", "categorical_cross_entropy", strong_wolfe, lr=1.0, phase="final")
    training = PlainTraining(wild, make_dataset("multiclass"))
    outcome = training.run()
    assert (outcome.status, outcome.diverged_epoch) == ("diverged", 1)
    assert training.train_epoch(1).isnan().all()


def test_an_error_that_no_nan_explains_is_not_hidden(monkeypatch):
    calm = make_trial("binary", optimizer="lbfgs")
    training = PlainTraining(calm, make_dataset("binary"))

    def fail(closure):
        closure()
        raise IndexError("a bug")

    monkeypatch.setattr(training._optimizer, "step", fail)
    with pytest.raises(IndexError, match="a bug"):
        training.train_epoch(0)


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


def test_training_leaves_the_processes_denormals_alone():
    import torch

    StackedTraining([make_trial("binary")], make_dataset("binary")).run()
    PlainTraining(make_trial("binary"), make_dataset("binary")).run()
    assert (torch.tensor(1e-40) * 0.5).item() > 0


def test_a_final_trial_whose_test_outputs_alone_overflow_has_diverged():
    from actloss_cli.engine.record import Record

    record = Record(T=2, E=1, n_hidden=1)
    half = torch.full((2,), 0.5, dtype=torch.float64)
    record.add(0, train_loss=half, validation_loss=half, validation_score=half)
    test = {"score": torch.tensor([0.4, torch.nan]), "r2": torch.tensor([0.4, torch.nan])}
    good, bad = record.outcomes(test, torch.zeros(2, 3), n_train=10)
    assert (good.status, good.metrics["score"]) == ("done", pytest.approx(0.4))
    assert (bad.status, bad.diverged_epoch, "score" in bad.metrics) == ("diverged", 1, False)
