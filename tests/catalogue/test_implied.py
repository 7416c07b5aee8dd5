"""The probabilities that outputs imply, by the last column of the design's table of losses."""

import pytest
import torch

from actloss_cli.catalogue import LOSSES, loss

Z = torch.randn(2, 3, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize(
    ("name", "u", "expected"),
    [
        ("bce_with_logits", Z[:, :1], torch.sigmoid(Z[:, 0])),
        ("bce", torch.sigmoid(Z[:, :1]), torch.sigmoid(Z[:, 0])),
        ("cross_entropy", Z[:, :2], torch.sigmoid(Z[:, 1] - Z[:, 0])),
        ("nll", torch.log_softmax(Z[:, :2], 1), torch.sigmoid(Z[:, 1] - Z[:, 0])),
        ("kl_div", torch.log_softmax(Z[:, :2], 1), torch.sigmoid(Z[:, 1] - Z[:, 0])),
        ("categorical_cross_entropy", torch.softmax(Z[:, :2], 1), torch.sigmoid(Z[:, 1] - Z[:, 0])),
    ],
)
def test_the_positive_class_of_a_matching_pair_gets_the_models_probability(name, u, expected):
    implied = loss(name).implied(u)
    torch.testing.assert_close(implied.p[:, 1], expected)
    assert implied.has_log_loss.all()


@pytest.mark.parametrize("spec", [spec for spec in LOSSES if spec.implied], ids=lambda spec: spec.name)
def test_what_is_implied_is_a_distribution_or_nothing(spec):
    u = torch.cat([torch.softmax(Z, 1), Z])
    u[0] = u[0].log() if spec.takes == "log-probabilities" else u[0]
    implied = spec.implied(u)
    for p, usable in zip(implied.p, implied.has_log_loss, strict=True):
        if usable and not p.isnan().any():
            torch.testing.assert_close(p.sum(0), torch.ones(16, dtype=torch.float64))
            assert p.min() >= 0


def test_log_probabilities_that_do_not_sum_to_one_imply_none():
    assert loss("nll").implied(Z).p.isnan().all()


def test_a_squared_error_outside_of_the_unit_interval_is_clipped_and_good_for_brier_alone():
    u = torch.tensor([[[0.2, 0.7]], [[-0.1, 1.3]]], dtype=torch.float64)
    implied = loss("mse").implied(u)
    assert implied.has_log_loss.tolist() == [True, False]
    assert implied.p[:, 1].tolist() == [[0.2, 0.7], [0.0, 1.0]]


@pytest.mark.parametrize("name", ["hinge", "mae", "huber"])
def test_margins_and_absolute_errors_imply_none(name):
    assert loss(name).implied is None
