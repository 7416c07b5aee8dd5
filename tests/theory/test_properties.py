"""All properties of an output under a loss, against closed forms and what the literature says of them."""

import math
import time

import pytest
import torch
from scipy import stats

from actloss_cli import catalogue
from actloss_cli.catalogue import KINDS, Choice, lookup
from actloss_cli.catalogue.coding import coding_for
from actloss_cli.catalogue.interval import UNIT_OPEN
from actloss_cli.catalogue.spec import ActivationSpec
from actloss_cli.theory.properties import properties_of
from actloss_cli.theory.standard_targets import standard_targets


def properties(kind, output, loss, n_classes=2, **settings):
    coding = coding_for(catalogue.loss(loss), catalogue.activation(output), kind)
    return properties_of(Choice.of(output), Choice.of(loss, settings), kind, standard_targets(kind, coding, n_classes))


@pytest.mark.parametrize(
    ("kind", "n_classes", "output", "loss", "floor"),
    [
        ("binary", 2, "softmax", "cross_entropy", 0.3133),
        ("multiclass", 3, "softmax", "cross_entropy", 0.5514),
        ("multiclass", 4, "softmax", "cross_entropy", 0.7437),
        ("multiclass", 10, "softmax", "cross_entropy", 1.4612),
        ("multiclass", 10, "tanh", "cross_entropy", 0.7966),
        ("binary", 2, "sigmoid", "hinge", 1.0),
        ("binary", 2, "sigmoid", "squared_hinge", 1.0),
        ("binary", 2, "tanh", "bce_with_logits", math.log(1 + math.exp(-1))),
        ("binary", 2, "sigmoid", "bce_with_logits", math.log(2)),
        ("multiclass", 5, "sigmoid", "bce_with_logits", (math.log(1 + math.exp(-1)) + 4 * math.log(2)) / 5),
        ("multiclass", 5, "softmax", "nll", -1.0),
        ("multiclass", 5, "sigmoid", "mse", 0.0),
    ],
)
def test_the_loss_floor_of_classes_is_that_of_a_closed_form(kind, n_classes, output, loss, floor):
    assert properties(kind, output, loss, n_classes).loss_floor == pytest.approx(floor, abs=1e-4)


def ceiling(low, high):
    """1 - E (y - clip y)² of a standard normal y: the mean square beyond an end t is (1 + t²) P(y > t) - t pdf(t)."""
    beyond = [(1 + t**2) * stats.norm.sf(t) - t * stats.norm.pdf(t) for t in (-low, high) if math.isfinite(t)]
    return 1 - sum(beyond)


@pytest.mark.parametrize(
    ("output", "low", "high", "rounded"),
    [
        ("sigmoid", 0, 1, 0.425),
        ("relu", 0, math.inf, 0.5),
        ("tanh", -1, 1, 0.849),
        ("identity", -math.inf, math.inf, 1),
    ],
)
def test_the_r2_ceiling_and_the_floor_of_a_squared_error_are_those_of_normal_tails(output, low, high, rounded):
    found = properties("regression", output, "mse")
    assert found.r2_ceiling == pytest.approx(ceiling(low, high), abs=1e-4)
    assert found.r2_ceiling == pytest.approx(rounded, abs=1e-3)
    assert found.loss_floor == pytest.approx(1 - ceiling(low, high), abs=1e-4)
    assert found.reach == (low, high)
    assert found.reach_share == pytest.approx(stats.norm.cdf(high) - stats.norm.cdf(low), abs=1e-4)


def test_the_floor_of_an_absolute_error_is_what_lies_beyond_the_ends():
    # beyond t the mean distance is pdf(t) - t P(y > t)
    beyond = sum(stats.norm.pdf(t) - t * stats.norm.sf(t) for t in (0, 1))
    assert properties("regression", "sigmoid", "mae").loss_floor == pytest.approx(beyond, abs=1e-4)


def test_the_floor_of_a_poisson_loss_on_exponential_rates_is_eulers_constant():
    # E (y - y ln y) = 1 - (1 - gamma)
    found = properties("regression", "identity", "poisson")
    assert found.loss_floor == pytest.approx(0.57722, abs=1e-4)
    assert found.excess == 0
    assert found.matching


def test_sigmoid_with_bce_is_the_textbook_pair():
    found = properties("binary", "sigmoid", "bce")
    assert (found.convex, found.proper, found.calibrated, found.matching) == (True, True, True, True)
    assert found.undefined_share == 0
    assert found.sign_correct == 1
    assert found.pull == pytest.approx(1 - 1 / (1 + math.exp(8)), abs=1e-9)


def test_sigmoid_with_mse_is_proper_and_not_convex_and_hardly_pulls_where_it_is_confidently_wrong():
    found = properties("binary", "sigmoid", "mse")
    assert (found.proper, found.convex, found.matching) == (True, False, False)
    assert found.pull == pytest.approx(6.7e-4, abs=1e-5)
    assert found.pull_max == pytest.approx(8 / 27, abs=1e-4)


def test_hinge_is_calibrated_and_not_proper():
    found = properties("binary", "identity", "hinge")
    assert (found.calibrated, found.proper, found.convex) == (True, False, True)


def test_an_absolute_error_on_zero_one_targets_is_not_proper():
    found = properties("binary", "identity", "mae")
    assert (found.calibrated, found.proper) == (True, False)


def test_logits_into_nll_have_a_loss_without_lower_end():
    found = properties("multiclass", "identity", "nll", 10)
    assert found.loss_floor == -math.inf
    assert (found.proper, found.calibrated, found.trivial) == (False, False, True)


def test_an_output_outside_the_domain_is_defined_on_a_sixteenth_of_the_grid_and_nothing_more_is_said():
    found = properties("binary", "identity", "bce")
    assert found.undefined_share == pytest.approx(15 / 16, abs=1e-3)
    assert found.loss_floor is found.pull is found.convex is found.proper is None


def test_a_loss_without_a_coding_for_the_target_has_no_properties():
    assert properties("regression", "identity", "cross_entropy") is None


def test_negative_rates_are_no_targets():
    y = stats.norm.rvs(size=100, random_state=0)
    assert properties_of(Choice.of("identity"), Choice.of("poisson"), "regression", y).loss_floor is None


@pytest.mark.parametrize(
    ("output", "loss", "share"), [("sigmoid", "hinge", 0.5), ("tanh", "hinge", 1), ("tanh", "bce_with_logits", 0)]
)
def test_the_reach_is_the_share_of_classes_whose_least_loss_can_be_had(output, loss, share):
    assert properties("binary", output, loss).reach_share == share


def test_a_rectified_output_pulls_nothing_back_where_it_is_flat():
    found = properties("binary", "relu", "mse")
    assert found.pull == 0
    assert found.sign_correct == pytest.approx(0.5, abs=0.01)


def test_a_falling_output_is_confidently_wrong_where_the_true_classs_unit_is_high():
    # 1 - p at a true unit of 8 against 9 others of 0, p = exp(-8) / (9 + exp(-8))
    found = properties("multiclass", "softmin", "categorical_cross_entropy", 10)
    assert found.pull == pytest.approx(1 - math.exp(-8) / (9 + math.exp(-8)), abs=1e-9)
    assert found.pull_max == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("output", ["identity", "sigmoid", "gaussian", "relu6", "log_softmax"])
def test_every_loss_has_every_property_that_has_a_meaning(kind, output):
    for loss in catalogue.LOSSES:
        found = properties(kind, output, loss.name, 3 if kind == "multiclass" else 2)
        if found is None or found.loss_floor is None:
            continue
        assert 0 <= found.sign_correct <= 1
        assert 0 <= found.pull <= found.pull_max
        assert {type(found.convex), type(found.matching)} == {bool}
        assert (found.r2_ceiling is None) == (kind != "regression")
        assert (found.proper is None) == (found.calibrated is None) == (kind == "regression")
        assert found.proper is None or not (found.proper and found.trivial)


@pytest.mark.parametrize("output", [spec.name for spec in catalogue.ACTIVATIONS if spec.output])
def test_every_output_has_every_property_under_a_squared_error(output):
    for kind in KINDS:
        found = properties(kind, output, "mse", 3 if kind == "multiclass" else 2)
        assert found.undefined_share == 0
        assert math.isfinite(found.loss_floor)
        assert found.pull_max >= found.pull >= 0


def test_a_function_that_a_user_adds_gets_every_property(monkeypatch):
    shifted = ActivationSpec(
        name="shifted", formula="sigmoid(x - 1)", source="a test", apply=lambda x: torch.sigmoid(x - 1), range=UNIT_OPEN
    )
    monkeypatch.setitem(lookup._ACTIVATIONS, "shifted", shifted)
    found = properties("binary", "shifted", "bce")
    assert (found.convex, found.proper, found.calibrated, found.matching) == (True, True, True, True)


def test_a_sweep_of_a_hundred_heads_takes_seconds():
    outputs = [spec.name for spec in catalogue.ACTIVATIONS if spec.output][:25]
    start = time.process_time()
    for output in outputs:
        for loss in ("mse", "hinge", "bce_with_logits", "soft_margin"):
            properties("binary", output, loss)
    assert time.process_time() - start < 5
