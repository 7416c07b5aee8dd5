"""The probabilities that outputs imply, by the last column of the design's table of losses."""

import pytest
import torch
from scipy.optimize import minimize_scalar

from actloss_cli.catalogue import LOSSES, activation, loss
from tests.catalogue.loss_cases import HYPERS, name_of

Z = torch.randn(2, 3, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
MATCHING_OUTPUT = {"probability": "sigmoid", "probabilities": "softmax", "log-probabilities": "log_softmax"}


@pytest.mark.parametrize(
    ("name", "u", "expected"),
    [
        ("bce_with_logits", Z[:, :1], torch.sigmoid(Z[:, 0])),
        ("soft_margin", Z[:, :1], torch.sigmoid(Z[:, 0])),
        ("focal", Z[:, :1], torch.sigmoid(Z[:, 0])),
        ("bce", torch.sigmoid(Z[:, :1]), torch.sigmoid(Z[:, 0])),
        ("cross_entropy", Z[:, :2], torch.sigmoid(Z[:, 1] - Z[:, 0])),
        ("nll", torch.log_softmax(Z[:, :2], 1), torch.sigmoid(Z[:, 1] - Z[:, 0])),
        ("kl_div", torch.log_softmax(Z[:, :2], 1), torch.sigmoid(Z[:, 1] - Z[:, 0])),
        ("categorical_cross_entropy", torch.softmax(Z[:, :2], 1), torch.sigmoid(Z[:, 1] - Z[:, 0])),
        ("categorical_cross_entropy_raw", torch.softmax(Z[:, :2], 1), torch.sigmoid(Z[:, 1] - Z[:, 0])),
    ],
)
def test_the_positive_class_of_a_matching_pair_gets_the_models_probability(name, u, expected):
    implied = loss(name).implied(u)
    torch.testing.assert_close(implied.p[:, 1], expected)
    assert implied.has_log_loss.all()


@pytest.mark.parametrize("spec", [spec for spec in LOSSES if spec.implied], ids=name_of)
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


def test_raw_probabilities_imply_themselves_in_those_trials_alone_where_they_are_a_distribution():
    within, beyond, too_much, too_little, outside = (
        [[0.3, 0.5], [0.7, 0.5009]],
        [[0.3, 0.5], [0.7, 0.5011]],
        [[0.3, 0.9], [0.7, 0.9]],
        [[0.3, 0.1], [0.7, 0.1]],
        [[0.3, 1.2], [0.7, -0.2]],
    )
    u = torch.tensor([within, beyond, too_much, too_little, outside], dtype=torch.float64)
    p = loss("categorical_cross_entropy_raw").implied(u).p
    assert torch.equal(p[0], u[0])
    assert p[1:].isnan().all()


def test_a_squared_error_outside_of_the_unit_interval_is_clipped_and_good_for_brier_alone():
    u = torch.tensor([[[0.2, 0.7]], [[-0.1, 1.3]]], dtype=torch.float64)
    implied = loss("mse").implied(u)
    assert implied.has_log_loss.tolist() == [True, False]
    assert implied.p[:, 1].tolist() == [[0.2, 0.7], [0.0, 1.0]]


@pytest.mark.parametrize("spec", LOSSES, ids=name_of)
def test_margins_absolute_errors_and_losses_of_regressions_imply_none(spec):
    implies = spec.takes not in ("margin", "margins", "log-rate") and spec.serves_classes and spec.name != "mae"
    assert (spec.implied is not None) == implies


def best_implied(spec, hyper, truth):
    """The probability of class 1 implied by the outputs whose expected loss is least, where `truth` is the true one."""
    coding, output = spec.codings["binary"], activation(MATCHING_OUTPUT.get(spec.takes, "identity"))
    index = torch.tensor([[0, 1]])
    one_hot = torch.nn.functional.one_hot(index, 2).double().transpose(1, 2)
    target = {"index": index, "one_hot": one_hot, "minus_plus": 2.0 * index[:, None] - 1}.get(
        coding.target, index[:, None].double()
    )

    def outputs(z):
        units = torch.tensor([[0.0], [z]] if coding.per_class else [[z]], dtype=torch.float64)
        return output.apply(units.expand(1, -1, 2), **output.hyper)

    def expected_loss(z):
        of_class = spec.per_sample(outputs(z), target, **hyper)[0]
        return float((1 - truth) * of_class[0] + truth * of_class[1])

    best = minimize_scalar(expected_loss, bounds=(-10, 10), method="bounded", options={"xatol": 1e-9}).x
    return float(spec.implied(outputs(best)).p[0, 1, 0])


@pytest.mark.parametrize(("spec", "hyper"), [case for case in HYPERS if case[0].implied], ids=name_of)
def test_a_loss_is_proper_exactly_where_it_is_least_at_the_true_probability(spec, hyper):
    true = all(abs(best_implied(spec, hyper, truth) - truth) < 1e-4 for truth in (0.2, 0.7))
    assert (spec.proper_for(hyper) == "proper") == true


def test_smoothed_labels_bias_the_probability_towards_one_over_the_number_of_classes():
    spec = loss("cross_entropy")
    assert spec.proper_for({"label_smoothing": 0.1}) == "biased"
    assert best_implied(spec, {"label_smoothing": 0.1}, 0.8) == pytest.approx(0.9 * 0.8 + 0.1 / 2, abs=1e-5)


@pytest.mark.parametrize(
    ("hyper", "properness"),
    [
        ({"gamma": 2.0, "alpha": -1.0}, "not proper"),
        ({"gamma": 0.0, "alpha": -1.0}, "proper"),
        ({"gamma": 0.0, "alpha": 0.5}, "proper"),
        ({"gamma": 0.0, "alpha": 0.25}, "not proper"),
    ],
)
def test_focal_is_proper_only_where_it_is_cross_entropy(hyper, properness):
    spec = loss("focal")
    assert spec.proper_for(hyper) == properness
    assert (abs(best_implied(spec, hyper, 0.8) - 0.8) < 1e-4) == (properness == "proper")


def test_only_a_loss_on_classes_is_said_to_be_proper_or_not():
    assert all(bool(spec.proper_for(spec.hyper)) == spec.serves_classes for spec in LOSSES)
