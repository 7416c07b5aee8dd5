"""Where a model that knows nothing is drawn, and where an output has no slope, against closed forms."""

import math

import pytest

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for, count_units
from actloss_cli.theory.base_rate import base_rate, dead_share
from actloss_cli.theory.surface import surface


def head(output, loss, n_classes):
    kind = "binary" if n_classes == 2 else "multiclass"
    coding = coding_for(catalogue.loss(loss), catalogue.activation(output), kind)
    return Choice.of(output), Choice.of(loss), coding, count_units(coding, n_classes)


def drawn(output, loss, share, n_classes=2, rarer=1):
    return base_rate(*head(output, loss, n_classes), rarer, share)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def softplus(u):
    return math.log1p(math.exp(u))


@pytest.mark.parametrize("rarer", [0, 1])
def test_a_logit_is_drawn_to_the_log_odds_of_the_share_and_pulls_from_there_with_all_that_is_missing(rarer):
    found = drawn("identity", "bce_with_logits", 0.1, rarer=rarer)
    assert found.pull == pytest.approx(0.9 / sigmoid(8), abs=0.01)
    entropy = -0.1 * math.log(0.1) - 0.9 * math.log(0.9)
    assert found.drawn == pytest.approx((math.log(2) - entropy) / (softplus(8) - softplus(-8)), rel=1e-3)


@pytest.mark.parametrize(("share", "n_classes"), [(0.2, 2), (1 / 3, 3), (0.2, 5)])
def test_a_sigmoid_under_a_second_sigmoid_is_drawn_to_its_lower_end_by_a_class_of_less_than_half(share, n_classes):
    found = drawn("sigmoid", "bce_with_logits", share, n_classes)
    assert found.pull < 1e-3
    # Of each unit, as the loss is their mean; z = 0 gives u = 0.5, the end u = 0 a loss of ln 2.
    at_zero = share * softplus(-0.5) + (1 - share) * softplus(0.5)
    varies = softplus(-sigmoid(-8)) - softplus(-sigmoid(8))
    if n_classes == 2:
        assert found.drawn == pytest.approx((at_zero - math.log(2)) / varies, rel=1e-3)
    assert found.drawn > 0.12


def test_equal_classes_draw_a_softmax_under_any_loss_nowhere():
    for loss in ("cross_entropy", "nll", "mse", "bce_with_logits", "categorical_cross_entropy"):
        assert drawn("softmax", loss, 0.25, 4).drawn == pytest.approx(0, abs=1e-6)


def test_one_class_in_eleven_draws_a_softmax_under_cross_entropy_to_a_flat_end():
    found = drawn("softmax", "cross_entropy", 1 / 11)
    # The best log odds, ln 10, is beyond the 1 that two probabilities can differ by.
    assert found.pull < 1e-3
    assert found.drawn > 0.12


def test_half_of_the_outputs_of_a_relu_are_stuck_and_none_of_a_smooth_output():
    assert dead_share(surface(*head("relu", "mse", 2))) == pytest.approx(0.5, abs=0.01)
    assert dead_share(surface(*head("hardtanh", "hinge", 2))) == pytest.approx(0.1587, abs=0.01)  # P(z < -1)
    for output, loss in (("sigmoid", "bce"), ("tanh", "mse"), ("identity", "hinge"), ("softplus", "mse")):
        assert dead_share(surface(*head(output, loss, 2))) == 0
