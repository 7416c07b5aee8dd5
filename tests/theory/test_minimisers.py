"""What is best in expectation, against scipy's minimiser and what the literature says of calibration."""

import pytest
import torch
from scipy import optimize

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for, count_units
from actloss_cli.catalogue.partners import standard_output
from actloss_cli.theory.minimisers import aim_of
from actloss_cli.theory.search import minimise


def aim(output, loss, n_classes=2, **settings):
    kind = "binary" if n_classes == 2 else "multiclass"
    coding = coding_for(catalogue.loss(loss), catalogue.activation(output), kind)
    return aim_of(Choice.of(output), Choice.of(loss, settings), coding, count_units(coding, n_classes))


@pytest.mark.parametrize("n_classes", [2, 3, 10])
@pytest.mark.parametrize("loss", [spec.name for spec in catalogue.LOSSES if spec.serves_classes])
def test_under_its_standard_output_a_loss_is_as_proper_as_its_declaration_says(loss, n_classes):
    spec = catalogue.loss(loss)
    if (n_classes > 2 and "multiclass" not in spec.codings) or "binary" not in spec.codings:
        return
    assert aim(standard_output(spec), loss, n_classes).proper == (spec.proper_for(spec.hyper) == "proper")


@pytest.mark.parametrize("loss", ["bce_with_logits", "hinge", "squared_hinge", "focal", "mse", "mae"])
def test_every_margin_loss_is_calibrated_on_two_classes(loss):
    # Bartlett, Jordan & McAuliffe (2006); focal: Charoenphakdee et al. (2021)
    assert aim("identity", loss).calibrated


def test_the_multiclass_hinge_of_weston_and_watkins_is_not_calibrated_where_no_class_has_the_majority():
    # Liu (2007), Tewari & Bartlett (2007)
    assert aim("identity", "multi_margin", 2).calibrated
    assert not aim("identity", "multi_margin", 3).calibrated


def test_absolute_errors_of_several_classes_are_all_best_at_zero_without_a_majority():
    assert not aim("identity", "mae", 3).calibrated


def test_smoothed_labels_bias_probabilities_and_keep_decisions():
    found = aim("identity", "cross_entropy", 5, label_smoothing=0.2)
    assert (found.proper, found.calibrated) == (False, True)


@pytest.mark.parametrize(("output", "loss"), [("softmax", "cross_entropy"), ("tanh", "bce_with_logits")])
def test_bounded_logits_cannot_give_the_true_probabilities(output, loss):
    assert not aim(output, loss).proper


def test_a_sigmoid_before_bce_with_logits_decides_for_the_wrong_class_near_one_half():
    # at p = 0.6 the best u is ln 1.5 = 0.41, and the threshold is 0.5
    assert not aim("sigmoid", "bce_with_logits").calibrated


def test_probabilities_divided_by_a_negative_sum_turn_the_decision_round():
    found = aim("log_softmax", "categorical_cross_entropy", 3)
    assert (found.proper, found.calibrated) == (True, False)


@pytest.mark.parametrize("slope", [1.0, 0.01])
def test_the_search_finds_what_scipy_finds_near_and_far(slope):
    p = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)

    def risk(z):
        u = torch.nn.functional.leaky_relu(z[..., 0], slope)
        return torch.nn.functional.softplus(u) - p[:, None] * u

    found = minimise(risk, 3, 1)[:, 0]
    for i, z in enumerate(found):
        best = optimize.minimize_scalar(
            lambda x, i=i: float(risk(torch.full((3, 1, 1), x, dtype=torch.float64))[i, 0]),
            bounds=(-500, 50) if p[i] < 0.5 else (-2, 50),
            method="bounded",
            options={"xatol": 1e-9},
        ).x
        assert float(z) == pytest.approx(best, rel=2e-3, abs=2e-3)


def test_the_search_follows_a_valley_in_three_pre_activations():
    p = torch.tensor([[0.45, 0.35, 0.2], [0.9, 0.06, 0.04]], dtype=torch.float64)

    def risk(z):
        return -(p[:, None] * torch.log_softmax(z, -1)).sum(-1)

    assert torch.softmax(minimise(risk, 2, 3), 1).sub(p).abs().max() < 1e-3
