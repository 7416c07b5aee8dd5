"""Losses on one unit that says which of two classes it is, by a probability, a logit or a margin.

Some of them serve several classes as well, with a unit for each: one against the rest.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.coding import coded_as
from actloss_cli.catalogue.implied import logistic, normalised
from actloss_cli.catalogue.interval import NOT_NEGATIVE, UNIT, Interval
from actloss_cli.catalogue.spec import Hyper, LossSpec, Properness


def _bce(u: Tensor, target: Tensor) -> Tensor:
    """Torch's own, logarithms no lower than -100; NaN outside [0, 1], where torch's error would fail all trials."""
    inside = (u >= 0) & (u <= 1)
    losses = F.binary_cross_entropy(torch.where(inside, u, 0.5), target, reduction="none")
    return torch.where(inside, losses, torch.nan).mean(1)


def _bce_gradient(u: Tensor, target: Tensor) -> Tensor:
    """As torch has it: large but finite on a saturated output, where autograd through the clamp would give 0."""
    return (u - target) / ((1 - u) * u).clamp_min_(1e-12) / u.shape[1]


def _soft_margin(u: Tensor, target: Tensor) -> Tensor:
    """ln(1 + exp(-y u)); torch's own overflows where the exponential does, this one does not."""
    return -F.logsigmoid(u * target).mean(1)


def _focal(u: Tensor, target: Tensor, gamma: float, alpha: float) -> Tensor:
    """-a (1 - p)^gamma ln p, p the probability of the true class, by logarithms: 0^gamma has no slope for gamma < 1."""
    margin = (2 * target - 1) * u
    modulation = (gamma * F.logsigmoid(-margin)).exp()
    return -(_balance(target, alpha) * modulation * F.logsigmoid(margin)).mean(1)


def _focal_gradient(u: Tensor, target: Tensor, gamma: float, alpha: float) -> Tensor:
    """By the margin a (1 - p)^gamma (gamma p ln p - (1 - p)), times the margin's sign."""
    sign = 2 * target - 1
    margin = sign * u
    rest = torch.sigmoid(-margin)
    slope = gamma * torch.sigmoid(margin) * F.logsigmoid(margin) - rest
    return (_balance(target, alpha) * sign * rest.pow_(gamma) * slope).div_(u.shape[1])


def _balance(target: Tensor, alpha: float) -> Tensor:
    """The weight of each sample's class: alpha for 1, 1 - alpha for 0; 1 for a negative alpha."""
    return alpha * target + (1 - alpha) * (1 - target) if alpha >= 0 else torch.ones_like(target)


def _focal_properness(hyper: Hyper) -> Properness:
    """Charoenphakdee et al. (2021): it tells the classes apart, but is proper only where it is cross-entropy."""
    balances = cast(float, hyper["alpha"]) >= 0 and hyper["alpha"] != 0.5
    return "not proper" if hyper["gamma"] or balances else "proper"


def _hinge_gradient(u: Tensor, target: Tensor) -> Tensor:
    return torch.where(u * target <= 1, -target, 0.0).div_(u.shape[1])


def _squared_hinge_gradient(u: Tensor, target: Tensor) -> Tensor:
    return (1 - u * target).clamp_min_(0).mul_(target).mul_(-2 / u.shape[1])


ONE_UNIT_LOSSES: tuple[LossSpec, ...] = (
    LossSpec(
        name="bce",
        aliases=("binary_cross_entropy",),
        formula="-(y ln u + (1 - y) ln(1 - u))",
        source="Cox (1958); torch.nn.BCELoss",
        takes="probability",
        codings=coded_as({"binary": "zero_one", "multiclass": "one_hot"}),
        per_sample=_bce,
        gradient=_bce_gradient,
        native="bce",
        module=nn.BCELoss,
        implied=normalised,
        proper="proper",
        domain=UNIT,
    ),
    LossSpec(
        name="bce_with_logits",
        formula="softplus(u) - y u",
        source="Cox (1958); torch.nn.BCEWithLogitsLoss",
        takes="logit",
        codings=coded_as({"binary": "zero_one", "multiclass": "one_hot"}),
        per_sample=lambda u, target: F.binary_cross_entropy_with_logits(u, target, reduction="none").mean(1),
        gradient=lambda u, target: (torch.sigmoid(u) - target).div_(u.shape[1]),
        native="bce_with_logits",
        module=nn.BCEWithLogitsLoss,
        implied=logistic,
        proper="proper",
    ),
    LossSpec(
        name="soft_margin",
        formula="ln(1 + exp(-y u)), y = -1 or +1",
        source="Cox (1958); torch.nn.SoftMarginLoss",
        takes="logit",
        codings=coded_as({"binary": "minus_plus", "multiclass": "minus_plus"}),
        per_sample=_soft_margin,
        gradient=lambda u, target: torch.sigmoid(-u * target).mul_(target).div_(-u.shape[1]),
        native="soft_margin",
        module=nn.SoftMarginLoss,
        implied=logistic,
        proper="proper",
    ),
    LossSpec(
        name="focal",
        aliases=("sigmoid_focal",),
        formula="-a (1 - p)^gamma ln p, p = sigmoid(u) and a = alpha if y = 1 else 1 - sigmoid(u) and 1 - alpha; "
        "a = 1 if alpha < 0",
        source="Lin et al. (2017)",
        hyper={"gamma": 2.0, "alpha": -1.0},
        limits={"gamma": NOT_NEGATIVE, "alpha": Interval(-1.0, 1.0)},
        takes="logit",
        codings=coded_as({"binary": "zero_one"}),
        per_sample=_focal,
        gradient=_focal_gradient,
        implied=logistic,
        proper=_focal_properness,
    ),
    LossSpec(
        name="hinge",
        formula="max(0, 1 - y u), y = -1 or +1",
        source="Cortes & Vapnik (1995)",
        takes="margin",
        codings=coded_as({"binary": "minus_plus"}),
        per_sample=lambda u, target: (1 - u * target).clamp_min(0).mean(1),
        gradient=_hinge_gradient,
        native="hinge",
        proper="not proper",
    ),
    LossSpec(
        name="squared_hinge",
        formula="max(0, 1 - y u)^2, y = -1 or +1",
        source="Tang (2013)",
        takes="margin",
        codings=coded_as({"binary": "minus_plus"}),
        per_sample=lambda u, target: (1 - u * target).clamp_min(0).square().mean(1),
        gradient=_squared_hinge_gradient,
        native="squared_hinge",
        proper="not proper",
    ),
)
