"""Losses: one declaration each, per sample, with the units on axis 1.

Where torch has the loss, meaning and gradient are torch's to rounding; a NaN in one sample stays in that sample.
"""

from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.implied import clipped, exponential, logistic, normalised, softmax
from actloss_cli.catalogue.interval import UNIT
from actloss_cli.catalogue.spec import Coding, Kind, LossSpec, Target

KERAS_EPSILON = 1e-7
"""keras.config.epsilon(): where Keras clips probabilities before a logarithm."""


def _codings(**targets: Target) -> MappingProxyType[Kind, Coding]:
    """Per kind: one unit for a binary task or a regression, one per class for a multi-class task."""
    return MappingProxyType({kind: Coding(target, per_class=kind == "multiclass") for kind, target in targets.items()})  # type: ignore[misc]


def _per_class(target: Target) -> MappingProxyType[Kind, Coding]:
    """One unit per class for binary tasks too."""
    return MappingProxyType({"binary": Coding(target, per_class=True), "multiclass": Coding(target, per_class=True)})


def _bce(u: Tensor, target: Tensor) -> Tensor:
    """As torch has it, logarithms no lower than -100, but without its check, by which one NaN fails all trials."""
    return -(target * u.log().clamp_min(-100) + (1 - target) * (1 - u).log().clamp_min(-100)).mean(1)


def _bce_gradient(u: Tensor, target: Tensor) -> Tensor:
    """As torch has it: large but finite on a saturated output, where autograd through the clamp would give 0."""
    return (u - target) / ((1 - u) * u).clamp_min_(1e-12) / u.shape[1]


def _keras_gradient(u: Tensor, one_hot: Tensor) -> Tensor:
    """1 / sum u - y / u where u_y / sum u is not clipped, else 0."""
    total = u.sum(1, keepdim=True)
    of_true = (u * one_hot).sum(1, keepdim=True)
    p = of_true / total
    inside = ~((p < KERAS_EPSILON) | (p > 1 - KERAS_EPSILON))  # NaN counts as inside, and stays NaN
    return torch.where(inside, 1 / total - one_hot / of_true, 0.0)


def _keras_probabilities(u: Tensor) -> Tensor:
    return (u / u.sum(1, keepdim=True)).clamp(KERAS_EPSILON, 1 - KERAS_EPSILON)


def _one_hot(u: Tensor, index: Tensor) -> Tensor:
    return torch.zeros_like(u).scatter_(1, index.unsqueeze(1), 1.0)


def _picked(values: Tensor, index: Tensor) -> Tensor:
    return values.gather(1, index.unsqueeze(1)).squeeze(1)


LOSSES: tuple[LossSpec, ...] = (
    LossSpec(
        name="mse",
        aliases=("l2", "squared_error"),
        formula="(u - y)^2",
        source="Legendre (1805); on classes Brier (1950)",
        takes="real",
        codings=_codings(regression="standardised", binary="zero_one", multiclass="one_hot"),
        per_sample=lambda u, target: (u - target).square().mean(1),
        gradient=lambda u, target: (u - target).mul_(2 / u.shape[1]),
        module=nn.MSELoss,
        implied=clipped,
        proper="proper",
        units_follow_output=True,
    ),
    LossSpec(
        name="mae",
        aliases=("l1", "absolute_error"),
        formula="|u - y|",
        source="Boscovich (1757)",
        takes="real",
        codings=_codings(regression="standardised", binary="zero_one", multiclass="one_hot"),
        per_sample=lambda u, target: (u - target).abs().mean(1),
        gradient=lambda u, target: (u - target).sign_().div_(u.shape[1]),
        module=nn.L1Loss,
        proper="not proper",
        units_follow_output=True,
    ),
    LossSpec(
        name="huber",
        formula="(u - y)^2 / 2 if |u - y| <= delta else delta (|u - y| - delta / 2)",
        source="Huber (1964)",
        takes="real",
        codings=_codings(regression="standardised"),
        per_sample=lambda u, target, delta: F.huber_loss(u, target, reduction="none", delta=delta).mean(1),
        gradient=lambda u, target, delta: (u - target).clamp_(-delta, delta).div_(u.shape[1]),
        module=nn.HuberLoss,
        hyper={"delta": 1.0},
    ),
    LossSpec(
        name="bce",
        aliases=("binary_cross_entropy",),
        formula="-(y ln u + (1 - y) ln(1 - u))",
        source="Cox (1958); torch.nn.BCELoss",
        takes="probability",
        codings=_codings(binary="zero_one", multiclass="one_hot"),
        per_sample=_bce,
        gradient=_bce_gradient,
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
        codings=_codings(binary="zero_one", multiclass="one_hot"),
        per_sample=lambda u, target: F.binary_cross_entropy_with_logits(u, target, reduction="none").mean(1),
        gradient=lambda u, target: (torch.sigmoid(u) - target).div_(u.shape[1]),
        module=nn.BCEWithLogitsLoss,
        implied=logistic,
        proper="proper",
    ),
    LossSpec(
        name="hinge",
        formula="max(0, 1 - y u), y = -1 or +1",
        source="Cortes & Vapnik (1995)",
        takes="margin",
        codings=_codings(binary="minus_plus"),
        per_sample=lambda u, target: (1 - u * target).clamp_min(0).mean(1),
        gradient=lambda u, target: torch.where(u * target <= 1, -target, 0.0).div_(u.shape[1]),
        proper="not proper",
    ),
    LossSpec(
        name="cross_entropy",
        aliases=("softmax_cross_entropy",),
        formula="-ln softmax(u)_y",
        source="Bridle (1990); torch.nn.CrossEntropyLoss",
        takes="logits",
        codings=_per_class("index"),
        per_sample=lambda u, target: F.cross_entropy(u, target, reduction="none"),
        gradient=lambda u, target: torch.softmax(u, 1) - _one_hot(u, target),
        module=nn.CrossEntropyLoss,
        implied=softmax,
        proper="proper",
    ),
    LossSpec(
        name="categorical_cross_entropy",
        aliases=("categorical_crossentropy",),
        formula="-sum_c y_c ln clip(u_c / sum u), clipped at 1e-7",
        source="Chollet et al. (2015), keras.losses.CategoricalCrossentropy",
        takes="probabilities",
        codings=_per_class("one_hot"),
        per_sample=lambda u, target: -(target * _keras_probabilities(u).log()).sum(1),
        gradient=_keras_gradient,
        implied=normalised,
        proper="proper",
    ),
    LossSpec(
        name="sparse_categorical_cross_entropy",
        aliases=("sparse_categorical_crossentropy",),
        formula="-ln clip(u_y / sum u), clipped at 1e-7",
        source="Chollet et al. (2015), keras.losses.SparseCategoricalCrossentropy",
        takes="probabilities",
        codings=_per_class("index"),
        per_sample=lambda u, target: -_picked(_keras_probabilities(u).log(), target),
        gradient=lambda u, target: _keras_gradient(u, _one_hot(u, target)),
        implied=normalised,
        proper="proper",
    ),
    LossSpec(
        name="nll",
        aliases=("nll_loss",),
        formula="-u_y",
        source="torch.nn.NLLLoss",
        takes="log-probabilities",
        codings=_per_class("index"),
        per_sample=lambda u, target: F.nll_loss(u, target, reduction="none"),
        gradient=lambda u, target: -_one_hot(u, target),
        module=nn.NLLLoss,
        implied=exponential,
        proper="proper",
    ),
    LossSpec(
        name="kl_div",
        aliases=("kullback_leibler", "kl_divergence"),
        formula="sum_c y_c (ln y_c - u_c)",
        source="Kullback & Leibler (1951); torch.nn.KLDivLoss(reduction='batchmean')",
        takes="log-probabilities",
        codings=_per_class("one_hot"),
        per_sample=lambda u, target: F.kl_div(u, target, reduction="none").sum(1),
        gradient=lambda u, target: -target,
        module=lambda: nn.KLDivLoss(reduction="batchmean"),
        implied=exponential,
        proper="proper",
    ),
)
