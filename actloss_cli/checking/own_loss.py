"""Recognises a loss of someone's own: the one of the catalogue whose gradient at the outputs points the same way."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from actloss_cli.catalogue import LOSSES
from actloss_cli.catalogue.spec import LossSpec
from actloss_cli.checking.head import SUMS_TO_1

_SAME = 1e-4
"""Of gradients in float32, relative to their length."""


@dataclass(frozen=True)
class Likeness:
    """A loss of the catalogue, or its negative."""

    spec: LossSpec
    negated: bool


def recognise(outputs: Tensor, targets: Tensor, gradient: Tensor) -> Likeness | None:
    """By `gradient` `[B]` or `[B, C]` of the loss at `outputs`, up to a factor; None if none fits."""
    if not 1 <= outputs.dim() <= 2 or not gradient.isfinite().all() or not gradient.abs().max() > 0:
        return None
    u = outputs.detach().double().reshape(len(outputs), -1)
    wanted = _direction(gradient.detach().double().reshape(u.shape))
    for spec in LOSSES:
        if u.shape[1] > 1 and spec.codings.keys() == {"binary"}:
            continue
        for coded in _codings(u, targets.detach(), spec):
            ours = _gradient(spec, u, coded)
            if ours is None:
                continue
            for sign in (1, -1):
                if bool((sign * _direction(ours) - wanted).abs().max() < _SAME):
                    return Likeness(spec, negated=sign < 0)
    return None


def _codings(u: Tensor, targets: Tensor, spec: LossSpec) -> Iterator[Tensor]:
    """The targets as they are, and classes as one-hot rows, where they have the shape that the loss takes."""
    wants_index = all(coding.target == "index" for coding in spec.codings.values())
    if wants_index:
        is_index = targets.numel() == len(u) and not targets.is_floating_point() and u.shape[1] > 1
        if is_index and targets.min() >= 0 and targets.max() < u.shape[1]:
            yield targets.reshape(-1).long()
        if targets.shape == u.shape and u.shape[1] > 1:
            yield targets.argmax(1)
        return
    if spec.takes in ("probabilities", "log-probabilities") and not _is_distribution(targets):
        return  # a product with weights of either sign, as of actions with their advantages, has the same gradient
    if targets.numel() == u.numel():
        yield targets.double().reshape(u.shape)
    elif (
        targets.numel() == len(u)
        and not targets.is_floating_point()
        and 0 <= targets.min() < u.shape[1] > targets.max()
    ):
        yield F.one_hot(targets.reshape(-1).long(), u.shape[1]).double()


def _is_distribution(targets: Tensor) -> bool:
    """Or class indices, of which one-hot rows are made."""
    if not targets.is_floating_point():
        return True
    return bool(targets.min() >= 0) and bool(((targets.sum(-1) - 1).abs() < SUMS_TO_1).all())


def _gradient(spec: LossSpec, u: Tensor, coded: Tensor) -> Tensor | None:
    if u.min() < spec.domain.low or u.max() > spec.domain.high:
        return None
    leaf = u.clone().requires_grad_()
    try:
        (gradient,) = torch.autograd.grad(spec.per_sample(leaf, coded, **spec.hyper).sum(), leaf)
    except RuntimeError:  # torch refuses such targets
        return None
    return gradient if gradient.isfinite().all() else None


def _direction(gradient: Tensor) -> Tensor:
    length: Tensor = gradient.norm().clamp_min(1e-300)
    return gradient / length
