"""What metrics read of a run, against the run's tables and a training by hand; shares of a made-up grid."""

import numpy as np
import pytest

from actloss_cli.analysis.variance_shares import FACTORS, TuningGrid
from actloss_cli.claims.measured import Measured
from actloss_cli.claims.metrics import METRICS
from actloss_cli.claims.shares import seed_shares
from actloss_cli.engine.diagnostic_names import diagnostic_names
from actloss_cli.store.reader import read_curves, read_run

PAIRING = "moons/relu/sigmoid/bce/adam"


@pytest.fixture(scope="module")
def measured(tiny_run):
    return Measured.of(read_run(tiny_run))


@pytest.fixture(scope="module")
def finals(measured):
    trials = measured.run.trials
    return trials[(trials["pairing_id"] == PAIRING) & (trials["phase"] == "final")].sort_values("seed")


@pytest.mark.parametrize("name", ["score", "log_loss", "brier", "roc_auc", "accuracy", "score_tuned_threshold"])
def test_metrics_of_the_test_rows_are_the_stored_ones(measured, finals, name):
    values = measured.values(PAIRING, METRICS[name])
    expected = np.maximum(finals[name], 0.5) if name == "score" else finals[name]
    assert (np.exp(values) if METRICS[name].is_ratio else values).tolist() == pytest.approx(expected.tolist())


def test_steps_count_to_the_first_evaluation_at_the_target_and_one_beyond_for_a_miss(measured, finals, tiny_run):
    curves = read_curves(tiny_run)
    curves = curves[(curves["metric"] == "validation_score") & curves["trial"].isin(finals.index)]
    for target in (0.0, 0.8, 2.0):
        expected = []
        for trial in finals.index:
            curve = curves[curves["trial"] == trial]
            reached = curve[curve["value"] >= target]["step"]
            per_epoch = curve["step"].min()
            expected.append(reached.min() if len(reached) else curve["step"].max() + per_epoch)
        values = measured.values(PAIRING, METRICS["steps_to_target"], target)
        assert np.exp(values).tolist() == pytest.approx(expected)


def test_diagnostics_are_means_over_layers_before_and_after_training(measured, finals):
    points = np.stack([measured.run.diagnostics[trial] for trial in finals.index])
    names = diagnostic_names(1)
    zeros = measured.values(PAIRING, METRICS["zeros"])
    assert zeros.tolist() == pytest.approx(points[:, -1, names.index("zeros_1")].tolist())
    ratio = measured.values(PAIRING, METRICS["gradient_ratio"])
    assert np.exp(ratio).tolist() == pytest.approx(points[:, 0, names.index("gradient_ratio")].tolist())


def test_spread_is_the_distance_to_the_median_over_seeds(measured, finals):
    score = finals["score"].to_numpy()
    expected = np.abs(score - np.median(score))
    assert measured.values(PAIRING, METRICS["seed_spread"]).tolist() == pytest.approx(expected.tolist())


def test_a_metric_that_the_task_lacks_has_no_values(measured):
    assert np.isnan(measured.values("friedman1/relu/identity/mse/adam", METRICS["log_loss"])).all()


def test_a_seed_whose_score_follows_the_activation_alone_gives_it_the_share():
    rng = np.random.default_rng(0)
    A, H, K, S = 4, 3, 4, 5
    effect = np.array([0.0, 0.2, 0.5, 0.9])[:, None, None, None]
    values = np.broadcast_to(effect, (2, A, H, K, S)) + 1e-3 * rng.standard_normal((2, A, H, K, S))
    grid = TuningGrid(list("abcd"), list("xyz"), ["sgd", "adam"], np.array([0, 0, 1, 1]), np.ones(K), values)
    shares = seed_shares(grid)
    assert shares.shape == (S, len(FACTORS), 2)
    assert (shares[:, FACTORS.index("activation")] > 0.99).all()
    assert (shares[:, FACTORS.index("optimizer")] < 0.01).all()
