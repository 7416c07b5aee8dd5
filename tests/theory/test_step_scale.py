"""How far an optimizer's steps follow the size of the gradient."""

import pytest

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.theory.step_scale import step_scale


def test_the_steps_of_sgd_shrink_with_the_gradient_as_in_closed_form():
    expected = (1 - (1 - 1e-4) ** 100) / (1 - (1 - 1e-2) ** 100)
    assert step_scale(Choice.of("sgd")) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["adam", "rmsprop", "adagrad", "rprop", "muon", "lbfgs"])
def test_steps_that_are_divided_by_the_gradients_size_do_not(name):
    assert step_scale(Choice.of(name)) > 0.9


@pytest.mark.parametrize("name", [spec.name for spec in catalogue.OPTIMIZERS])
def test_every_optimizer_either_follows_the_gradient_or_does_not(name):
    assert not 0.05 < step_scale(Choice.of(name)) < 0.5


def test_one_that_is_there_after_a_few_steps_has_a_scale_too():
    assert step_scale(Choice.of("lbfgs", {"line_search_fn": "strong_wolfe"})) == pytest.approx(1, abs=0.01)


def test_one_that_leaves_all_numbers_is_not_said_to_shrink():
    assert not step_scale(Choice.of("sgd", {"weight_decay": 1e9})) < 0.1
