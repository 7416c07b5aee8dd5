"""The shape of an output's composite loss: convexity, direction of the gradient, matching pairs."""

import pytest

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for, count_units
from actloss_cli.theory.shape import shape_of
from actloss_cli.theory.surface import surface


def shape(output, loss, n_classes=2, kind=None):
    kind = kind or ("binary" if n_classes == 2 else "multiclass")
    coding = coding_for(catalogue.loss(loss), catalogue.activation(output), kind)
    out, units = Choice.of(output), count_units(coding, n_classes)
    return shape_of(out, Choice.of(loss), coding, surface(out, Choice.of(loss), coding, units))


@pytest.mark.parametrize(
    ("output", "loss", "n"),
    [
        ("sigmoid", "bce", 2),
        ("identity", "bce_with_logits", 2),
        ("identity", "soft_margin", 2),
        ("identity", "cross_entropy", 2),
        ("identity", "cross_entropy", 5),
        ("log_softmax", "nll", 5),
        ("log_softmax", "kl_div", 5),
        ("log_softmax", "cross_entropy", 5),
        ("softmax", "categorical_cross_entropy", 5),
        ("sigmoid", "bce", 5),
        ("identity", "bce_with_logits", 5),
        ("identity", "mse", 5),
    ],
)
def test_the_gradient_of_a_matching_pair_is_output_less_target_and_its_loss_is_convex(output, loss, n):
    found = shape(output, loss, n)
    assert found.matching
    assert found.convex
    assert found.sign_correct == 1


@pytest.mark.parametrize(("output", "loss"), [("identity", "mse"), ("identity", "poisson")])
def test_a_regression_has_matching_pairs_too(output, loss):
    assert shape(output, loss, kind="regression").matching


@pytest.mark.parametrize(
    ("output", "loss", "n"),
    [
        ("identity", "hinge", 2),
        ("identity", "mae", 2),
        ("identity", "squared_hinge", 2),
        ("identity", "multi_margin", 5),
    ],
)
def test_a_convex_loss_of_a_linear_output_is_convex_though_it_does_not_match(output, loss, n):
    found = shape(output, loss, n)
    assert found.convex
    assert not found.matching


@pytest.mark.parametrize(
    ("output", "loss", "n"),
    [
        ("sigmoid", "mse", 2),
        ("tanh", "hinge", 2),
        ("relu", "bce_with_logits", 2),
        ("leaky_relu", "cross_entropy", 5),
        ("softmax", "cross_entropy", 5),
        ("softmax", "mse", 5),
        ("identity", "focal", 2),
    ],
)
def test_bends_before_or_in_the_loss_cost_its_convexity(output, loss, n):
    found = shape(output, loss, n)
    assert not found.convex
    assert not found.matching


def test_a_dead_side_leads_nowhere():
    assert shape("relu", "bce_with_logits").sign_correct == pytest.approx(0.5, abs=0.01)
    # of a hard sigmoid 3 of 16 parts slope, and 5 are at the right end
    assert shape("hardsigmoid", "mse").sign_correct == pytest.approx(11 / 16, abs=0.01)


def test_softmax_over_one_unit_leads_nowhere_at_all():
    assert shape("softmax", "bce").sign_correct == 0


def test_a_wave_leads_away_from_the_target_on_its_far_slopes():
    assert 0.4 < shape("sine", "mse", kind="regression").sign_correct < 1
