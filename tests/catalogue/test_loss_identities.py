"""Exact identities between losses, in value and in the gradient at the pre-activations."""

import pytest
import torch

from actloss_cli.catalogue import activation, loss
from tests.catalogue.loss_cases import INDEX, LABEL, ONE_HOT, REAL, Z, by_autograd

MINUS_PLUS = 2 * LABEL - 1
ONE_UNIT = Z[:, :1]
ON_TARGET = torch.where(REAL > 0, REAL, ONE_UNIT)
"""Errors of exactly 0, and others."""


def of(name, target, output="identity", factor=1.0, **hyper):
    """`z -> losses`, by the declaration."""
    spec, act = loss(name), activation(output)
    settings = {**spec.hyper, **hyper}
    return lambda z: factor * spec.per_sample(act.apply(z, **act.hyper), target, **settings)


def the_difference(losses_of):
    """Of two units, as one: z_1 - z_0."""
    return lambda z: losses_of(z[:, 1:2] - z[:, :1])


IDENTITIES = {
    "kl_div = nll on one-hot targets": (Z, of("kl_div", ONE_HOT), of("nll", INDEX)),
    "log_softmax + cross_entropy = cross_entropy": (
        Z,
        of("cross_entropy", INDEX, "log_softmax"),
        of("cross_entropy", INDEX),
    ),
    "log_softmax + smoothed cross_entropy = smoothed cross_entropy": (
        Z,
        of("cross_entropy", INDEX, "log_softmax", label_smoothing=0.2),
        of("cross_entropy", INDEX, label_smoothing=0.2),
    ),
    "log_softmax + nll = cross_entropy": (Z, of("nll", INDEX, "log_softmax"), of("cross_entropy", INDEX)),
    "softmax + nll = softmax + kl_div": (Z, of("nll", INDEX, "softmax"), of("kl_div", ONE_HOT, "softmax")),
    "softmax: categorical = sparse categorical": (
        Z,
        of("categorical_cross_entropy", ONE_HOT, "softmax"),
        of("sparse_categorical_cross_entropy", INDEX, "softmax"),
    ),
    "sigmoid: categorical = sparse categorical": (
        Z,
        of("categorical_cross_entropy", ONE_HOT, "sigmoid"),
        of("sparse_categorical_cross_entropy", INDEX, "sigmoid"),
    ),
    "softmax + categorical = cross_entropy": (
        Z,
        of("categorical_cross_entropy", ONE_HOT, "softmax"),
        of("cross_entropy", INDEX),
    ),
    "softmax + raw categorical = cross_entropy": (
        Z,
        of("categorical_cross_entropy_raw", ONE_HOT, "softmax"),
        of("cross_entropy", INDEX),
    ),
    "sigmoid + bce = bce_with_logits": (ONE_UNIT, of("bce", LABEL, "sigmoid"), of("bce_with_logits", LABEL)),
    "soft_margin = bce_with_logits": (ONE_UNIT, of("soft_margin", MINUS_PLUS), of("bce_with_logits", LABEL)),
    "one against the rest: soft_margin = bce_with_logits": (
        Z,
        of("soft_margin", 2 * ONE_HOT - 1),
        of("bce_with_logits", ONE_HOT),
    ),
    "focal of gamma 0 = bce_with_logits": (ONE_UNIT, of("focal", LABEL, gamma=0.0), of("bce_with_logits", LABEL)),
    "focal of gamma 0 and alpha 1/2 = bce_with_logits / 2": (
        ONE_UNIT,
        of("focal", LABEL, gamma=0.0, alpha=0.5),
        of("bce_with_logits", LABEL, factor=0.5),
    ),
    "cross_entropy of two units = bce_with_logits of their difference": (
        Z[:, :2],
        of("cross_entropy", LABEL[:, 0].long()),
        the_difference(of("bce_with_logits", LABEL)),
    ),
    "label smoothing mixes in the mean over all classes": (
        Z,
        of("cross_entropy", INDEX, label_smoothing=0.3),
        lambda z: 0.7 * of("cross_entropy", INDEX)(z) - 0.3 * torch.log_softmax(z, 1).mean(1),
    ),
    "multi_margin of two units = hinge of their difference / 2": (
        Z[:, :2],
        of("multi_margin", LABEL[:, 0].long()),
        the_difference(of("hinge", MINUS_PLUS, factor=0.5)),
    ),
    "squared multi_margin of two units = squared_hinge of their difference / 2": (
        Z[:, :2],
        of("multi_margin", LABEL[:, 0].long(), p=2),
        the_difference(of("squared_hinge", MINUS_PLUS, factor=0.5)),
    ),
    "squared_hinge = hinge squared": (
        ONE_UNIT,
        of("squared_hinge", MINUS_PLUS),
        lambda z: of("hinge", MINUS_PLUS)(z) ** 2,
    ),
    "quantile of 1/2 = mae / 2": (ON_TARGET, of("quantile", REAL), of("mae", REAL, factor=0.5)),
    "quantiles q and 1 - q sum to mae": (
        ON_TARGET,
        lambda z: of("quantile", REAL, q=0.2)(z) + of("quantile", REAL, q=0.8)(z),
        of("mae", REAL),
    ),
    "huber of 1 = smooth_l1 of 1": (ONE_UNIT, of("huber", REAL), of("smooth_l1", REAL)),
    "huber = delta smooth_l1": (
        ONE_UNIT,
        of("huber", REAL, delta=0.4),
        of("smooth_l1", REAL, beta=0.4, factor=0.4),
    ),
    "smooth_l1 of 0 = mae": (ON_TARGET, of("smooth_l1", REAL, beta=0.0), of("mae", REAL)),
    "huber of a great delta = mse / 2": (ONE_UNIT, of("huber", REAL, delta=1e3), of("mse", REAL, factor=0.5)),
    "mse of a tanh on -1/+1 = 4 mse of its sigmoid on 0/1": (
        ONE_UNIT,
        of("mse", MINUS_PLUS, "tanh"),
        lambda z: of("mse", LABEL, "sigmoid", factor=4.0)(2 * z),
    ),
}


@pytest.mark.parametrize(("z", "one", "other"), IDENTITIES.values(), ids=IDENTITIES)
def test_exact_identities(z, one, other):
    torch.testing.assert_close(by_autograd(one, z), by_autograd(other, z))


def test_sigmoid_into_hinge_is_sigmoid_into_mae_up_to_scale_and_constant():
    u = torch.sigmoid(ONE_UNIT)
    # y = 1: 1 - u = |u - 1|; y = 0: 1 + u = |u| + 1
    torch.testing.assert_close(of("hinge", MINUS_PLUS)(u), of("mae", LABEL)(u) + (1 - LABEL[:, 0]))


@pytest.mark.parametrize("name", ["mse", "mae", "bce_with_logits", "soft_margin"])
def test_one_against_the_rest_is_the_mean_of_one_unit_losses(name):
    target = 2 * ONE_HOT - 1 if name == "soft_margin" else ONE_HOT
    units = [of(name, target[:, c : c + 1])(Z[:, c : c + 1]) for c in range(Z.shape[1])]
    torch.testing.assert_close(of(name, target)(Z), torch.stack(units).mean(0))


def test_the_multi_label_classes_of_torch_are_losses_of_the_catalogue_where_there_is_one_label():
    u, index, one_hot = Z[0].T, INDEX[0], ONE_HOT[0].T
    only_label = torch.full_like(one_hot, -1, dtype=torch.int64)  # torch reads labels up to the first -1
    only_label[:, 0] = index
    torch.testing.assert_close(
        of("multi_margin", index)(u), torch.nn.MultiLabelMarginLoss(reduction="none")(u, only_label)
    )
    torch.testing.assert_close(
        of("bce_with_logits", one_hot)(u), torch.nn.MultiLabelSoftMarginLoss(reduction="none")(u, one_hot)
    )
