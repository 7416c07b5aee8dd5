"""Outputs that a loss takes are told from those that it makes something else of."""

import pytest
import torch

from actloss_cli import catalogue
from actloss_cli.catalogue import LOSSES
from actloss_cli.catalogue.admissible import admissible

HALVES = [0.5, 0.5]
LOG_HALVES = [-0.6931472, -0.6931472]


@pytest.mark.parametrize(
    ("loss", "u", "expected"),
    [
        ("bce", [0.0], True),
        ("bce", [1 + 5e-7], True),
        ("bce", [1.001], False),
        ("bce", [0.5, -0.1], False),
        ("categorical_cross_entropy", [3.0, 1.0], True),
        ("categorical_cross_entropy", [3.0, -1.0], False),
        ("categorical_cross_entropy", [-3.0, -1.0], False),
        ("sparse_categorical_cross_entropy", [0.0, 0.0], False),
        ("categorical_cross_entropy_raw", [0.9, 0.9], True),
        ("categorical_cross_entropy_raw", [3.0, 1.0], False),
        ("categorical_cross_entropy_raw", [0.0, 0.0], False),
        ("nll", LOG_HALVES, True),
        ("nll", HALVES, False),
        ("kl_div", [-0.6931472, -0.698], False),
        ("cross_entropy", [300.0, -300.0], True),
        ("hinge", [-4.0], True),
        ("mse", [2.5], True),
        ("poisson", [-7.0], True),
    ],
)
def test_what_a_loss_takes_is_admissible_and_nothing_else(loss, u, expected):
    outputs = torch.tensor(u)
    assert admissible(catalogue.loss(loss), outputs[None]).tolist() == [expected]
    assert admissible(catalogue.loss(loss), outputs[None, :, None].expand(2, -1, 3)).tolist() == [[expected] * 3] * 2


@pytest.mark.parametrize("spec", LOSSES, ids=lambda spec: spec.name)
def test_what_is_not_finite_is_admissible_to_no_loss(spec):
    for bad in (torch.nan, torch.inf, -torch.inf):
        assert not admissible(spec, torch.tensor([[0.5, bad]])).any()


@pytest.mark.parametrize("spec", [s for s in LOSSES if s.takes == "probabilities"], ids=lambda spec: spec.name)
def test_a_loss_that_normalises_does_not_see_the_outputs_scale(spec):
    one_hot, u = torch.tensor([[0.0, 1.0]]), torch.tensor([[0.3, 0.4]])
    target = torch.tensor([1]) if spec.codings["multiclass"].target == "index" else one_hot
    losses = [spec.per_sample(scale * u, target) for scale in (1.0, 2.0)]
    assert bool(torch.isclose(*losses)) == spec.normalises
