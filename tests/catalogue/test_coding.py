"""Target codings, numbers of units and thresholds follow the design's table of losses and the rules under it."""

import pytest

from actloss_cli.catalogue import activation, loss
from actloss_cli.catalogue.coding import coding_for, count_units, decision_threshold


@pytest.mark.parametrize(
    ("kind", "output", "name", "target", "n_units"),
    [
        ("regression", "identity", "mse", "standardised", 1),
        ("regression", "softmax", "mse", "standardised", 1),
        ("regression", "identity", "poisson", "rate", 1),
        ("binary", "sigmoid", "bce", "zero_one", 1),
        ("binary", "softmax", "bce", "zero_one", 1),
        ("binary", "sigmoid", "mse", "zero_one", 1),
        ("binary", "softmax", "mse", "one_hot", 2),
        ("binary", "log_softmax", "mae", "one_hot", 2),
        ("binary", "tanh", "hinge", "minus_plus", 1),
        ("binary", "softmax", "squared_hinge", "minus_plus", 1),
        ("binary", "identity", "soft_margin", "minus_plus", 1),
        ("binary", "identity", "focal", "zero_one", 1),
        ("binary", "identity", "cross_entropy", "index", 2),
        ("binary", "identity", "multi_margin", "index", 2),
        ("binary", "softmax", "categorical_cross_entropy", "one_hot", 2),
        ("binary", "softmax", "categorical_cross_entropy_raw", "one_hot", 2),
        ("multiclass", "sigmoid", "bce", "one_hot", 5),
        ("multiclass", "identity", "soft_margin", "minus_plus", 5),
        ("multiclass", "softmax", "mse", "one_hot", 5),
        ("multiclass", "log_softmax", "nll", "index", 5),
        ("multiclass", "identity", "multi_margin", "index", 5),
    ],
)
def test_target_and_units_follow_the_table(kind, output, name, target, n_units):
    coding = coding_for(loss(name), activation(output), kind)
    assert coding.target == target
    assert count_units(coding, 2 if kind == "binary" else 5) == n_units


@pytest.mark.parametrize("name", ["focal", "hinge", "squared_hinge"])
def test_a_loss_on_two_classes_has_no_coding_for_more(name):
    assert set(loss(name).codings) == {"binary"}


@pytest.mark.parametrize("name", ["huber", "smooth_l1", "log_cosh", "quantile", "poisson"])
def test_a_loss_on_real_values_has_no_coding_for_classes(name):
    assert set(loss(name).codings) == {"regression"}
    assert not loss(name).serves_classes


@pytest.mark.parametrize(
    ("output", "name", "threshold"),
    [
        ("sigmoid", "bce", 0.5),
        ("sigmoid", "hinge", 0.5),
        ("sigmoid", "squared_hinge", 0.5),
        ("sigmoid", "bce_with_logits", 0.5),
        ("sigmoid", "focal", 0.5),
        ("sigmoid", "soft_margin", 0.5),
        ("tanh", "hinge", 0.0),
        ("identity", "hinge", 0.0),
        ("relu", "hinge", 0.5),
        ("relu", "squared_hinge", 0.5),
        ("relu", "bce_with_logits", 0.0),
        ("relu", "soft_margin", 0.0),
        ("identity", "bce_with_logits", 0.0),
        ("identity", "focal", 0.0),
        ("tanh", "bce_with_logits", 0.0),
        ("identity", "mse", 0.5),
        ("tanh", "mae", 0.5),
    ],
)
def test_one_unit_decides_midway_between_the_codes_it_can_reach(output, name, threshold):
    spec = activation(output)
    assert decision_threshold(loss(name), spec.range_for(spec.hyper)) == threshold
