"""Predictions of a plan: what differs between pairings, what doesn't, and that they come fast."""

import time

import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.plan.foretold import foretell
from actloss_cli.plan.plan import make_plan


@pytest.fixture(scope="module")
def predictions():
    """Of the main grid, by the pairings' ids."""
    plan = make_plan(expand(load_config("grid")))
    start = time.process_time()
    found = dict(zip((one.id for one in plan.pairings), (one.prediction for one in foretell(plan)), strict=True))
    return found, time.process_time() - start


@pytest.mark.parametrize(
    ("pairing", "verdict", "rule"),
    [
        ("moons/relu/sigmoid/bce/adam", "works", "nothing speaks against it"),
        ("moons/relu/identity/bce/adam", "invalid", "cannot be trained"),
        ("moons/relu/softmax/bce/adam", "fails", "constant output"),
        ("moons/identity/sigmoid/bce/adam", "impaired", "no bend where bends are needed"),
        ("moons/sigmoid/sigmoid/bce/sgd", "impaired", "vanishing gradient"),
        ("moons/sigmoid/sigmoid/bce/adam", "works", "nothing speaks against it"),
        ("moons/relu/relu/mse/adam", "impaired", "output without slope"),
        ("moons/relu/softmax/cross_entropy/adam", "works", "nothing speaks against it"),
        ("imbalanced/relu/softmax/cross_entropy/adam", "fails", "drawn to the base rate"),
        ("imbalanced/relu/identity/hinge/adam", "impaired", "aims at the likelier of imbalanced classes"),
        ("imbalanced/relu/softmax/mse/adam", "impaired", "weak pull on imbalanced classes"),
        ("digits/identity/identity/cross_entropy/adam", "works", "nothing speaks against it"),
        ("digits/relu/identity/nll/adam", "fails", "loss unbounded below"),
        ("digits/relu/identity/categorical_cross_entropy/adam", "fails", "no probabilities"),
        ("digits/relu/sigmoid/bce_with_logits/adam", "fails", "drawn to the base rate"),
        ("friedman1/relu/relu/mse/adam", "impaired", "r2 ceiling"),
        ("friedman1/relu/identity/mse/adam", "works", "nothing speaks against it"),
    ],
)
def test_a_pairing_of_the_main_grid_is_predicted_by_the_rule_that_is_about_it(predictions, pairing, verdict, rule):
    found = predictions[0][pairing]
    assert (found.verdict, found.rule) == (verdict, rule)


def test_of_optimizers_only_whether_steps_shrink_with_the_gradient_counts(predictions):
    of_optimizers = {}
    for id_, prediction in predictions[0].items():
        *functions, optimizer = id_.split("/")
        of_optimizers.setdefault(tuple(functions), {})[optimizer] = prediction
    for one in of_optimizers.values():
        assert one["sgd"] == one["momentum"]
        assert one["adam"] == one["rmsprop"] == one["adagrad"]


def test_what_theory_says_of_the_main_grid_takes_seconds(predictions):
    assert predictions[1] < 10  # a little over one on a quiet machine
