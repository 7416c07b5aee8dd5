"""Properties of output and loss against closed forms."""

import math

import pytest

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for, count_units
from actloss_cli.theory.head_properties import head_properties


def properties(output, loss, n_classes=10):
    kind = "binary" if n_classes == 2 else "multiclass"
    coding = coding_for(catalogue.loss(loss), catalogue.activation(output), kind)
    return head_properties(Choice.of(output), Choice.of(loss), coding, count_units(coding, n_classes))


@pytest.mark.parametrize(("n_classes", "floor"), [(2, 0.3133), (3, 0.5514), (4, 0.7437), (10, 1.4612)])
def test_softmax_into_cross_entropy_keeps_the_loss_above_a_closed_form(n_classes, floor):
    found = properties("softmax", "cross_entropy", n_classes)
    assert found.floor == pytest.approx(math.log(1 + (n_classes - 1) / math.e), abs=1e-4)
    assert found.floor == pytest.approx(floor, abs=1e-4)
    assert found.excess == pytest.approx(floor, abs=1e-4)


def test_tanh_into_cross_entropy_keeps_the_loss_above_ln_1_plus_9_over_e_squared():
    assert properties("tanh", "cross_entropy").floor == pytest.approx(math.log(1 + 9 * math.exp(-2)), abs=1e-4)


def test_sigmoid_into_hinge_leaves_the_negative_class_a_loss_of_one():
    assert properties("sigmoid", "hinge", 2).floor == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("output", "loss", "n_classes"),
    [
        ("sigmoid", "bce", 2),
        ("identity", "bce_with_logits", 2),
        ("tanh", "hinge", 2),
        ("identity", "cross_entropy", 10),
        ("log_softmax", "cross_entropy", 10),
        ("softmax", "categorical_cross_entropy", 10),
        ("log_softmax", "nll", 10),
        ("identity", "multi_margin", 10),
        ("sigmoid", "mse", 2),
    ],
)
def test_a_fair_pairing_reaches_the_least_loss_and_has_no_trivial_minimum(output, loss, n_classes):
    found = properties(output, loss, n_classes)
    assert found.excess == pytest.approx(0, abs=1e-4)
    assert not found.trivial
    assert not found.unbounded
    assert found.constant is None


def test_sigmoid_and_mse_pull_a_confidently_wrong_prediction_with_a_four_hundredth_of_the_most():
    p = 1 / (1 + math.exp(8))
    at_minus_eight = 2 * (1 - p) * p * (1 - p)
    # 2 (1 - p)^2 p is largest at p = 1/3
    largest = 2 * (2 / 3) ** 2 / 3
    assert properties("sigmoid", "mse", 2).pull == pytest.approx(at_minus_eight / largest, rel=1e-3)
    assert at_minus_eight == pytest.approx(6.7e-4, rel=0.01)
    assert largest == pytest.approx(0.296, abs=1e-3)


@pytest.mark.parametrize(("output", "loss", "n"), [("sigmoid", "bce", 2), ("identity", "cross_entropy", 10)])
def test_a_matching_pair_pulls_hardest_where_it_is_wrong(output, loss, n):
    assert properties(output, loss, n).pull == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("loss", ["bce", "bce_with_logits", "hinge"])
def test_softmax_over_one_unit_is_always_one(loss):
    assert properties("softmax", loss, 2).constant == 1


def test_softmax_over_two_units_is_not_constant():
    assert properties("softmax", "cross_entropy", 2).constant is None


@pytest.mark.parametrize("output", ["identity", "relu"])
def test_logits_into_nll_have_no_least_loss_and_one_answer_serves_every_class(output):
    found = properties(output, "nll")
    assert found.unbounded
    assert found.trivial


@pytest.mark.parametrize("output", ["sigmoid", "relu", "softplus"])
def test_unnormalised_probabilities_are_best_all_at_once(output):
    assert properties(output, "categorical_cross_entropy_raw").trivial


def test_a_sigmoid_that_is_normalised_afterwards_has_to_push_the_wrong_classes_down():
    assert not properties("sigmoid", "categorical_cross_entropy").trivial
