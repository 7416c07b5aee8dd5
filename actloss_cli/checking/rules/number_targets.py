"""Targets that stand against each output: their shape, type and coding."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue.spec import LossSpec
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import Head
from actloss_cli.checking.known_ops import TAKE_SIGNS
from actloss_cli.checking.rules.target_words import (
    MOST_CLASSES,
    dtype_finding,
    listed,
    looks_like_classes,
    raised_by,
    range_of,
    values_of,
)

ROWS_PER_CLASS = 3
"""At least, were all classes as common: as many of the rarest one are there if they are classes."""

_ELEMENTWISE = frozenset({"mse", "mae", "huber", "smooth_l1", "log_cosh", "quantile", "poisson"})


def _pairwise_shape(head: Head, target: Tensor) -> Iterator[Finding]:
    """Outputs and targets that broadcast, or are refused."""
    if head.loss not in _ELEMENTWISE | {"bce", "bce_with_logits", "soft_margin"} or target.shape == head.u.shape:
        return
    if target.numel() == 1 and head.u.numel() > 1 and len(head.u) > 1:
        return  # one number for all, on purpose
    if not head.function and target.numel() == head.u.numel():
        return  # someone's own loss, recognised by its gradient, pairs them rightly
    u, t = list(head.u.shape), list(target.shape)
    try:
        joint: list[int] | None = list(np.broadcast_shapes(tuple(head.u.shape), tuple(target.shape)))
    except ValueError:
        joint = None
    if target.numel() == head.u.numel():
        fix = "targets = targets.view_as(outputs)"
    elif head.u.numel() % max(target.numel(), 1) == 0 and looks_like_classes(target):
        fix = "loss = F.cross_entropy(logits, targets)  # on logits, one unit per class; targets of shape [B]"
    else:
        fix = "assert outputs.shape == targets.shape"
    if joint is not None and head.op is not None and head.op.error is None:
        said = f"are broadcast to {joint}: outputs are held against other rows' targets"
        if target.numel() != head.u.numel():
            said = f"are broadcast to {joint}: each target stands against several outputs"
        yield Finding(
            level=Level.ERROR,
            rule="silent-broadcast",
            where=head.loss_label,
            sentence=f"outputs of shape {u} and targets of shape {t} {said}",
            theory="the best output is then the same for every row" if target.numel() == head.u.numel() else "",
            fix=fix,
        )
    else:
        yield Finding(
            level=Level.ERROR,
            rule="target-shape",
            where=head.loss_label,
            sentence=f"outputs of shape {u} and targets of shape {t} do not fit in {head.loss_label}",
            evidence=raised_by(head),
            fix=fix,
        )


def _pairwise_dtype(head: Head, target: Tensor) -> Iterator[Finding]:
    """Integers where a loss subtracts, or multiplies with, numbers."""
    if head.loss in _ELEMENTWISE | {"bce", "bce_with_logits"} and head.function and not target.is_floating_point():
        yield dtype_finding(head, target, "targets as floats", "targets.float()")


def _outside_unit(head: Head, target: Tensor) -> Iterator[Finding]:
    """Targets of a cross-entropy of two classes that are not between 0 and 1."""
    if head.loss not in ("bce", "bce_with_logits", "focal"):
        return
    low, high = float(target.min()), float(target.max())
    if low >= 0 and high <= 1:
        return
    values = values_of(target)
    if values == {-1.0, 1.0}:
        fix, what = "targets = (targets + 1) / 2", "these are coded -1 and +1"
    elif looks_like_classes(target):
        fix = f"loss = F.cross_entropy(logits, targets.long())  # with {int(high) + 1} units"
        what = f"these look like class indices from {low:g} to {high:g}"
    else:
        fix, what = "loss = F.mse_loss(outputs, targets)  # these are numbers", f"these go from {low:.3g} to {high:.3g}"
    yield Finding(
        level=Level.ERROR,
        rule="targets-outside-0-1",
        where=head.loss_label,
        sentence=f"{head.loss_label or head.loss} takes targets between 0 and 1, {what}",
        theory="beyond 0 and 1 it has no lower end: the loss falls as outputs grow for ever"
        if head.loss != "bce"
        else "",
        fix=fix,
    )


def _not_signs(head: Head, target: Tensor) -> Iterator[Finding]:
    """0 and 1 where a margin multiplies with -1 and +1."""
    spec = _spec(head)
    wants = head.function in TAKE_SIGNS or (
        spec is not None and any(coding.target == "minus_plus" for coding in spec.codings.values())
    )
    values = values_of(target)
    if not wants or values <= {-1.0, 1.0}:
        return
    zeros = float((target == 0).double().mean())
    idle = f"{100 * zeros:.0f} % of the targets are 0, and give no gradient at all" if zeros else range_of(target)
    yield Finding(
        level=Level.ERROR,
        rule="targets-not-signs",
        where=head.loss_label,
        sentence=f"{head.loss_label} takes targets of -1 and +1, these are {listed(values)}",
        evidence=idle,
        theory="with y = 0 the loss is constant in the output",
        fix="targets = 2 * targets - 1",
    )


def _spec(head: Head) -> LossSpec | None:
    return catalogue.loss(head.loss) if head.loss else None


def _negative_counts(head: Head, target: Tensor) -> Iterator[Finding]:
    if head.loss == "poisson" and float(target.min()) < 0:
        yield Finding(
            level=Level.ERROR,
            rule="negative-counts",
            where=head.loss_label,
            sentence=f"{head.loss_label} takes counts or rates, these targets go down to {float(target.min()):.3g}",
            fix="loss = F.mse_loss(outputs, targets)",
        )


def _class_as_number(head: Head, target: Tensor) -> Iterator[Finding]:
    """One unit that is to hit the number of a class."""
    if head.loss not in ("mse", "mae", "huber", "smooth_l1") or head.u.numel() != target.numel():
        return
    if head.n_units != 1 or head.output is None:
        return
    counts = torch.bincount(target.long().flatten()) if _is_class_number(target) else None
    if counts is None or counts.min() * ROWS_PER_CLASS * len(counts) < target.numel():
        return
    yield Finding(
        level=Level.WARNING,
        rule="class-as-number",
        where=head.loss_label,
        sentence=f"targets look like classes 0 to {len(counts) - 1}, and {head.loss_label} on one unit takes "
        "class 2 for twice "
        "class 1: between two classes it predicts the ones in between",
        evidence=f"whole numbers alone, {int(counts.min())} to {int(counts.max())} rows of each",
        fix=f"nn.Linear(.., {len(counts)})\nloss = F.cross_entropy(logits, targets.long().flatten())",
    )


def _is_class_number(target: Tensor) -> bool:
    values = values_of(target)
    return 3 <= len(values) <= MOST_CLASSES and values == set(map(float, range(len(values))))


RULES: tuple[Callable[[Head, Tensor], Iterator[Finding]], ...] = (
    _pairwise_shape,
    _pairwise_dtype,
    _outside_unit,
    _not_signs,
    _negative_counts,
    _class_as_number,
)
