"""Properties of output and loss against closed forms."""

import math

import pytest
import torch

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import code_targets, coding_for, count_units
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


@pytest.mark.parametrize(
    ("output", "loss", "n"),
    [
        ("probit", "bce", 2),
        ("cloglog", "bce", 2),
        ("softmin", "categorical_cross_entropy", 10),
        ("leaky_relu", "mse", 2),
    ],
)
def test_an_output_of_another_shape_pulls_as_well(output, loss, n):
    assert properties(output, loss, n).pull > 0.01


@pytest.mark.parametrize("loss", ["bce_with_logits", "soft_margin", "hinge", "squared_hinge"])
@pytest.mark.parametrize("output", ["leaky_relu", "symlog"])
def test_an_output_without_ends_holds_no_loss_back(output, loss):
    assert properties(output, loss, 2).excess == pytest.approx(0, abs=1e-3)


CLASS_HEADS = [
    (output.name, loss.name, kind)
    for kind in ("binary", "multiclass")
    for output in catalogue.ACTIVATIONS
    for loss in catalogue.LOSSES
    if output.output and kind in loss.codings and output.range_for(output.hyper).is_inside(loss.domain)
]


@pytest.mark.parametrize(("output", "loss", "kind"), CLASS_HEADS)
def test_no_loss_anywhere_lies_below_what_is_said_to_be_its_floor(output, loss, kind):
    found = properties(output, loss, 2 if kind == "binary" else 4)
    assert 0 <= found.pull <= 1 + 1e-9
    if found.unbounded:
        return
    spec, out = catalogue.loss(loss), catalogue.activation(output)
    coding = coding_for(spec, out, kind)
    n_units = count_units(coding, 2 if kind == "binary" else 4)
    z = torch.randn(400, n_units, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 100
    worst = 0.0
    for true in range(2 if n_units == 1 else 1):
        target = code_targets(torch.full((400,), true), coding, n_units, 0.0, 1.0, torch.float64)
        losses = spec.per_sample(out.apply(z, **out.hyper), target, **spec.hyper)
        worst = max(worst, float(losses[~losses.isnan()].min()))
    assert worst >= found.floor - 5e-3  # as good as the two digits that a notice shows


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
