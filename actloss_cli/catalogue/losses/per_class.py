"""Losses on one unit per class, two for a binary task: logits, margins, probabilities or their logarithms."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.coding import one_unit_per_class
from actloss_cli.catalogue.implied import distribution, exponential, normalised, softmax
from actloss_cli.catalogue.interval import NOT_NEGATIVE, UNIT_HALF_OPEN, Interval
from actloss_cli.catalogue.spec import LossSpec

KERAS_EPSILON = 1e-7
"""keras.config.epsilon(): where Keras clips probabilities before a logarithm."""


def _cross_entropy_gradient(u: Tensor, index: Tensor, label_smoothing: float) -> Tensor:
    """softmax(u) less the target, of which every class has label_smoothing / C, the true one the rest too."""
    smoothed = _one_hot(u, index).mul_(1 - label_smoothing).add_(label_smoothing / u.shape[1])
    return torch.softmax(u, 1) - smoothed


def _keras_probabilities(u: Tensor) -> Tensor:
    return (u / u.sum(1, keepdim=True)).clamp(KERAS_EPSILON, 1 - KERAS_EPSILON)


def _keras_gradient(u: Tensor, one_hot: Tensor) -> Tensor:
    """1 / sum u - y / u where u_y / sum u is not clipped, else 0."""
    total = u.sum(1, keepdim=True)
    of_true = (u * one_hot).sum(1, keepdim=True)
    return torch.where(_unclipped(of_true / total), 1 / total - one_hot / of_true, 0.0)


def _raw(u: Tensor, one_hot: Tensor) -> Tensor:
    return -(one_hot * u.clamp(KERAS_EPSILON, 1 - KERAS_EPSILON).log()).sum(1)


def _raw_gradient(u: Tensor, one_hot: Tensor) -> Tensor:
    """-y / u where u is not clipped, else 0."""
    return torch.where(_unclipped(u), -one_hot / u, 0.0)


def _unclipped(p: Tensor) -> Tensor:
    """NaN counts as unclipped, and so stays NaN."""
    return ~((p < KERAS_EPSILON) | (p > 1 - KERAS_EPSILON))


def _multi_margin(u: Tensor, index: Tensor, p: int, margin: float) -> Tensor:
    return _shortfalls(u, index, margin).pow(p).mean(1)


def _multi_margin_gradient(u: Tensor, index: Tensor, p: int, margin: float) -> Tensor:
    """Each class that comes too near is pushed down, and the true one pulled up by as much as all of them."""
    shortfalls = _shortfalls(u, index, margin)
    push = shortfalls.sign_() if p == 1 else shortfalls.mul_(2)
    return push.scatter_(1, index.unsqueeze(1), -push.sum(1, keepdim=True)).div_(u.shape[1])


def _shortfalls(u: Tensor, index: Tensor, margin: float) -> Tensor:
    """By how much each wrong class comes nearer to the true one than the margin; 0 for the true one itself."""
    place = index.unsqueeze(1)
    # relu, not a clamp: its slope at 0 is 0, as that of torch's loss
    return torch.relu(margin - u.gather(1, place) + u).scatter(1, place, 0.0)


def _one_hot(u: Tensor, index: Tensor) -> Tensor:
    return torch.zeros_like(u).scatter_(1, index.unsqueeze(1), 1.0)


def _picked(values: Tensor, index: Tensor) -> Tensor:
    return values.gather(1, index.unsqueeze(1)).squeeze(1)


PER_CLASS_LOSSES: tuple[LossSpec, ...] = (
    LossSpec(
        name="cross_entropy",
        aliases=("softmax_cross_entropy",),
        formula="-sum_c ((1 - s) y_c + s / C) ln softmax(u)_c, s = label_smoothing; -ln softmax(u)_y if s = 0",
        source="Bridle (1990); label smoothing Szegedy et al. (2016); torch.nn.CrossEntropyLoss",
        hyper={"label_smoothing": 0.0},
        limits={"label_smoothing": UNIT_HALF_OPEN},  # torch takes 1 as well, where the target says nothing any more
        takes="logits",
        codings=one_unit_per_class("index"),
        per_sample=lambda u, target, label_smoothing: F.cross_entropy(
            u, target, reduction="none", label_smoothing=label_smoothing
        ),
        gradient=_cross_entropy_gradient,
        native="cross_entropy",
        module=nn.CrossEntropyLoss,
        divides_by_weights=True,
        implied=softmax,
        proper=lambda hyper: "biased" if hyper["label_smoothing"] else "proper",
    ),
    LossSpec(
        name="categorical_cross_entropy",
        aliases=("categorical_crossentropy",),
        formula="-sum_c y_c ln clip(u_c / sum u), clipped at 1e-7",
        source="Chollet et al. (2015), keras.losses.CategoricalCrossentropy",
        takes="probabilities",
        codings=one_unit_per_class("one_hot"),
        per_sample=lambda u, target: -(target * _keras_probabilities(u).log()).sum(1),
        normalises=True,
        gradient=_keras_gradient,
        native="categorical_cross_entropy",
        implied=normalised,
        proper="proper",
    ),
    LossSpec(
        name="sparse_categorical_cross_entropy",
        aliases=("sparse_categorical_crossentropy",),
        formula="-ln clip(u_y / sum u), clipped at 1e-7",
        source="Chollet et al. (2015), keras.losses.SparseCategoricalCrossentropy",
        takes="probabilities",
        codings=one_unit_per_class("index"),
        per_sample=lambda u, target: -_picked(_keras_probabilities(u).log(), target),
        normalises=True,
        gradient=lambda u, target: _keras_gradient(u, _one_hot(u, target)),
        native="sparse_categorical_cross_entropy",
        implied=normalised,
        proper="proper",
    ),
    LossSpec(
        name="categorical_cross_entropy_raw",
        aliases=("categorical_crossentropy_raw",),
        formula="-sum_c y_c ln clip(u_c), clipped at 1e-7, u not scaled to sum to 1",
        source="Good (1952)",
        takes="probabilities",
        codings=one_unit_per_class("one_hot"),
        per_sample=_raw,
        gradient=_raw_gradient,
        implied=distribution,
        proper="proper",
    ),
    LossSpec(
        name="nll",
        aliases=("nll_loss",),
        formula="-u_y",
        source="torch.nn.NLLLoss",
        takes="log-probabilities",
        codings=one_unit_per_class("index"),
        per_sample=lambda u, target: F.nll_loss(u, target, reduction="none"),
        gradient=lambda u, target: -_one_hot(u, target),
        native="nll",
        module=nn.NLLLoss,
        divides_by_weights=True,
        implied=exponential,
        proper="proper",
    ),
    LossSpec(
        name="kl_div",
        aliases=("kullback_leibler", "kl_divergence"),
        formula="sum_c y_c (ln y_c - u_c)",
        source="Kullback & Leibler (1951); torch.nn.KLDivLoss(reduction='batchmean')",
        takes="log-probabilities",
        codings=one_unit_per_class("one_hot"),
        per_sample=lambda u, target: F.kl_div(u, target, reduction="none").sum(1),
        gradient=lambda u, target: -target,
        module=lambda: nn.KLDivLoss(reduction="batchmean"),
        implied=exponential,
        proper="proper",
    ),
    LossSpec(
        name="multi_margin",
        formula="sum_{c != y} max(0, margin - u_y + u_c)^p / C",
        source="Weston & Watkins (1999); torch.nn.MultiMarginLoss",
        hyper={"p": 1, "margin": 1.0},
        limits={"p": Interval(1, 2), "margin": NOT_NEGATIVE},
        takes="margins",
        codings=one_unit_per_class("index"),
        per_sample=_multi_margin,
        gradient=_multi_margin_gradient,
        module=nn.MultiMarginLoss,
        proper="not proper",
    ),
)
