"""Metrics equal scikit-learn's; ties, NaN and thresholds follow the stated rules."""

import numpy as np
import pytest
import sklearn.metrics as sk
import torch

from actloss_cli.catalogue.spec import Implied
from actloss_cli.engine import evaluation, metrics
from actloss_cli.engine.head import head_for
from tests.engine.builders import make_trial

RNG = np.random.default_rng(3)
T, N = 4, 90


def classes(K):
    y = np.concatenate([np.arange(K), RNG.integers(0, K, N - K)])
    return np.stack([RNG.permutation(y) for _ in range(T)])


def classification_metrics(u, y, head):
    return metrics.classification_metrics(u, y, metrics.true_shares(u, y, head.threshold), head)


@pytest.mark.parametrize("K", [2, 3, 10])
def test_decisions_of_class_units_score_as_scikit_learn_scores_them(K):
    u, y = RNG.normal(size=(T, K, N)), classes(K)
    said_of = metrics.decide(torch.tensor(u), 0.0)
    shares = metrics.true_shares(torch.tensor(u), torch.tensor(y), 0.0)
    balanced = metrics.balanced_accuracy(shares, torch.tensor(y), K)
    for t in range(T):
        said = u[t].argmax(0)
        np.testing.assert_array_equal(said_of[t].argmax(0).numpy(), said)
        assert balanced[t].item() == pytest.approx(sk.balanced_accuracy_score(y[t], said))


@pytest.mark.parametrize("n_units", [1, 2])
def test_binary_metrics_are_scikit_learns(n_units):
    logits, y = RNG.normal(size=(T, n_units, N)), classes(2)
    p1 = 1 / (1 + np.exp(-(logits[:, -1] - (logits[:, 0] if n_units == 2 else 0))))
    found = metrics.roc_auc(torch.tensor(logits), torch.tensor(y))
    p = torch.tensor(np.stack([1 - p1, p1], 1))
    scored = metrics.probability_metrics(Implied(p, torch.ones(T, dtype=torch.bool)), torch.tensor(y))
    for t in range(T):
        assert found[t].item() == pytest.approx(sk.roc_auc_score(y[t], p1[t]))
        assert scored["log_loss"][t].item() == pytest.approx(sk.log_loss(y[t], p1[t]))
        assert scored["brier"][t].item() == pytest.approx(sk.brier_score_loss(y[t], p1[t]))


@pytest.mark.parametrize("K", [3, 10])
def test_multiclass_metrics_are_scikit_learns(K):
    u, y = RNG.normal(size=(T, K, N)), classes(K)
    p = np.exp(u) / np.exp(u).sum(1, keepdims=True)
    auc = metrics.roc_auc(torch.tensor(u), torch.tensor(y))
    scored = metrics.probability_metrics(Implied(torch.tensor(p), torch.ones(T, dtype=torch.bool)), torch.tensor(y))
    for t in range(T):
        assert auc[t].item() == pytest.approx(sk.roc_auc_score(np.eye(K)[y[t]], u[t].T, average="macro"))
        assert scored["log_loss"][t].item() == pytest.approx(sk.log_loss(y[t], p[t].T, labels=range(K)))
        assert scored["brier"][t].item() == pytest.approx(sk.brier_score_loss(y[t], p[t].T, labels=range(K)))


def test_validation_outputs_are_scored_by_the_probabilities_that_the_loss_implies():
    trial = make_trial("multiclass")
    u, y = RNG.normal(size=(T, 4, N)), classes(4)
    head = head_for(trial.task, trial.pairing, 4)
    found = evaluation.validation_probabilities(torch.tensor(u), torch.tensor(y), "multiclass", head)
    p = np.exp(u) / np.exp(u).sum(1, keepdims=True)
    for t in range(T):
        assert found["validation_log_loss"][t].item() == pytest.approx(sk.log_loss(y[t], p[t].T, labels=range(4)))
        assert found["validation_brier"][t].item() == pytest.approx(sk.brier_score_loss(y[t], p[t].T, labels=range(4)))
    assert found.keys() == {"validation_log_loss", "validation_brier"}


@pytest.mark.parametrize(("kind", "output", "loss"), [("binary", "tanh", "hinge"), ("regression", "identity", "mse")])
def test_validation_outputs_that_imply_no_probabilities_are_not_scored_by_them(kind, output, loss):
    trial = make_trial(kind, output=output, loss=loss)
    head = head_for(trial.task, trial.pairing, 2 if kind == "binary" else 0)
    u, y = torch.tensor(RNG.normal(size=(T, 1, N))), torch.tensor(classes(2))
    assert evaluation.validation_probabilities(u, y, kind, head) == {}


def test_accuracy_and_macro_f1_are_scikit_learns():
    from actloss_cli.engine.head import head_for

    trial = make_trial("multiclass")
    u, y = RNG.normal(size=(T, 4, N)), classes(4)
    found = classification_metrics(torch.tensor(u), torch.tensor(y), head_for(trial.task, trial.pairing, 4))
    for t in range(T):
        said = u[t].argmax(0)
        assert found["accuracy"][t].item() == pytest.approx(sk.accuracy_score(y[t], said))
        assert found["macro_f1"][t].item() == pytest.approx(sk.f1_score(y[t], said, average="macro"))
        assert found["balanced_accuracy"][t].item() == pytest.approx(sk.balanced_accuracy_score(y[t], said))


def test_a_shift_of_all_logits_of_a_sample_does_not_change_the_ranking():
    trial = make_trial("multiclass")
    head = head_for(trial.task, trial.pairing, 4)
    z, y = torch.tensor(RNG.normal(size=(T, 4, N))), torch.tensor(classes(4))
    one, other = (classification_metrics(u, y, head)["roc_auc"] for u in (z, torch.log_softmax(z, 1)))
    torch.testing.assert_close(one, other)
    for t in range(T):
        p = torch.softmax(z[t], 0).T.numpy()
        assert one[t].item() == pytest.approx(sk.roc_auc_score(y[t], p, multi_class="ovr"))


def test_ranking_with_ties_is_scikit_learns():
    u, y = RNG.integers(0, 4, size=(T, 1, N)).astype(float), classes(2)
    found = metrics.roc_auc(torch.tensor(u), torch.tensor(y))
    for t in range(T):
        assert found[t].item() == pytest.approx(sk.roc_auc_score(y[t], u[t, 0]))


def test_regression_metrics_are_scikit_learns():
    predicted, y = RNG.normal(size=(T, N)), RNG.normal(size=(T, N)) * 3 + 100
    found = metrics.regression_metrics(torch.tensor(predicted), torch.tensor(y))
    for t in range(T):
        assert found["r2"][t].item() == pytest.approx(sk.r2_score(y[t], predicted[t]))
        assert found["rmse"][t].item() == pytest.approx(sk.root_mean_squared_error(y[t], predicted[t]))
        assert found["mae"][t].item() == pytest.approx(sk.mean_absolute_error(y[t], predicted[t]))


def test_row_scores_of_a_regression_average_to_r2_and_spread_as_resampling_says():
    y = RNG.normal(size=(1, 400))
    predicted = y + RNG.normal(size=(1, 400)) * 0.5
    rows = metrics.r2_rows(torch.tensor(predicted), torch.tensor(y)).numpy()[0]
    assert rows.mean() == pytest.approx(sk.r2_score(y[0], predicted[0]))
    picks = RNG.integers(0, 400, size=(4000, 400))
    resampled = [sk.r2_score(y[0][pick], predicted[0][pick]) for pick in picks]
    assert rows.std() / 20 == pytest.approx(np.std(resampled), rel=0.1)


def test_r2_on_a_constant_target_is_scikit_learns():
    y = torch.full((2, 8), 3.0, dtype=torch.float64)
    predicted = y + torch.tensor([[0.0], [0.5]])
    assert metrics.r2(predicted, y).tolist() == [sk.r2_score(y[t], predicted[t]) for t in range(2)] == [1.0, 0.0]
    assert metrics.r2_rows(predicted, y).mean(1).tolist() == [1.0, 0.0]


def test_tied_class_units_share_the_credit():
    u = torch.tensor([[[1.0], [1.0], [0.0]]])
    assert metrics.decide(u, 0.0)[0, :, 0].tolist() == [0.5, 0.5, 0.0]
    assert metrics.true_shares(u, torch.tensor([[1]]), 0.0).item() == 0.5


def test_an_output_on_the_threshold_is_not_positive():
    assert metrics.decide(torch.tensor([[[0.0, 1e-9]]]), 0.0)[0, 1].tolist() == [0.0, 1.0]


def test_nan_outputs_get_no_credit_and_no_ranking():
    u = torch.full((1, 1, 4), torch.nan)
    y = torch.tensor([[0, 1, 0, 1]])
    for outputs in (u, u.expand(1, 3, 4)):
        assert metrics.true_shares(outputs, y, 0.5).tolist() == [[0.0] * 4]
    assert metrics.roc_auc(u, y).isnan().all()


def test_calibration_error_of_a_calibrated_and_of_an_overconfident_classifier():
    y = torch.tensor([[1] * 80 + [0] * 20])
    for confidence, expected in ((0.8, 0.0), (1.0, 0.2), (0.9, 0.1)):
        p = torch.tensor([1 - confidence, confidence], dtype=torch.float64)[None, :, None].expand(1, 2, 100)
        assert metrics.calibration_error(p, y).item() == pytest.approx(expected, abs=1e-12)


def test_the_tuned_threshold_is_as_good_as_the_best_of_all_thresholds():
    for _ in range(20):
        u, y = RNG.integers(0, 12, size=N) / 4, classes(2)[0]
        threshold = metrics.best_threshold(torch.tensor(u)[None], torch.tensor(y)[None])
        score = sk.balanced_accuracy_score(y, u > threshold.item())
        best = max(sk.balanced_accuracy_score(y, u > cut) for cut in [-1, *np.unique(u)])
        assert score == pytest.approx(best)
