"""Targets of losses over classes: indices, or rows of probabilities, with an axis of classes in the outputs."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import SUMS_TO_1, Head
from actloss_cli.checking.rules.target_words import (
    dtype_finding,
    dtype_of,
    raised_by,
    range_of,
    values_of,
)

_ON_CLASSES = frozenset({"cross_entropy", "nll", "multi_margin"})


def _classes_missing(head: Head, target: Tensor) -> Iterator[Finding]:
    """A loss over classes with one unit, or with outputs that have no axis of classes."""
    if head.loss not in _ON_CLASSES:
        return
    lone = head.u.dim() == 1 and target.dim() == 1 and len(head.u) == len(target) and len(target) > 1
    if head.u.dim() > 1 and head.u.shape[1] == 1:
        constant = "softmax over one unit is always 1, the loss always 0" if head.loss == "cross_entropy" else ""
        instead = _for_one_unit(target)
        yield Finding(
            level=Level.ERROR,
            rule="one-unit-softmax",
            where=head.loss_label,
            sentence=f"{head.loss_label} takes a unit per class, the output has one: nothing can be learnt",
            evidence=f"outputs {list(head.u.shape)}, targets {list(target.shape)} {range_of(target)}",
            theory=constant,
            fix=instead,
        )
    elif lone and (target.is_floating_point() or head.function):
        yield Finding(
            level=Level.ERROR,
            rule="no-class-axis",
            where=head.loss_label,
            sentence=f"{head.loss_label} takes outputs of shape [B, C], these are {list(head.u.shape)}: the "
            "minibatch "
            "itself is taken for the classes",
            evidence=f"targets {list(target.shape)} {dtype_of(target)}",
            fix=_for_one_unit(target),
        )


def _for_one_unit(target: Tensor) -> str:
    if values_of(target) <= {0.0, 1.0}:
        return "loss = F.binary_cross_entropy_with_logits(outputs, targets.float().view_as(outputs))"
    if target.is_floating_point():
        return "loss = F.mse_loss(outputs, targets.view_as(outputs))  # these are numbers, not classes"
    return f"nn.Linear(.., {int(target.max()) + 1})  # one unit per class"


def _index_shape(head: Head, target: Tensor) -> Iterator[Finding]:
    """Class indices of a shape that is not the outputs' without the axis of classes."""
    if head.loss not in _ON_CLASSES or head.u.dim() < 2 or not head.function:
        return
    shape, wanted = list(target.shape), [head.u.shape[0], *head.u.shape[2:]]
    soft = head.loss == "cross_entropy" and target.shape == head.u.shape
    if soft or shape == wanted:
        return
    fix, why = "", f"targets of shape {wanted} are expected"
    if shape == [*wanted, 1] or (head.u.dim() == 2 and shape == [head.u.shape[0], 1]):
        fix = "targets = targets.squeeze(1)"
    elif target.shape == head.u.shape:
        fix, why = "targets = targets.argmax(dim=1)", "it takes class indices, these are one-hot"
    elif head.u.dim() == 3 and shape == list(head.u.shape[:2]):
        fix = "loss = F.cross_entropy(outputs.transpose(1, 2), targets)  # [B, C, T] and [B, T]"
        why = f"classes belong on axis 1, these outputs are {list(head.u.shape)}"
    yield Finding(
        level=Level.ERROR,
        rule="target-shape",
        where=head.loss_label,
        sentence=f"targets of shape {shape} do not fit outputs of shape {list(head.u.shape)} in "
        f"{head.loss_label}: {why}",
        fix=fix,
    )


def _index_dtype(head: Head, target: Tensor) -> Iterator[Finding]:
    """Class indices as floats, one-hot rows as integers."""
    if head.loss not in _ON_CLASSES or not head.function:
        return
    soft = head.loss == "cross_entropy" and target.shape == head.u.shape
    if soft and not target.is_floating_point():
        yield dtype_finding(head, target, "one-hot targets as floats, or class indices", "targets.argmax(dim=1)")
    elif not soft and target.dtype not in (torch.int64, torch.uint8):
        whole = bool((target == target.round()).all())
        if whole:
            yield dtype_finding(head, target, "class indices as torch.long", "targets.long()")
        else:
            yield Finding(
                level=Level.ERROR,
                rule="regression-as-classes",
                where=head.loss_label,
                sentence=f"{head.loss_label} takes class indices, these targets are real numbers "
                f"{range_of(target)}: a "
                "regression needs a loss on numbers",
                fix="loss = F.mse_loss(outputs, targets.view_as(outputs))  # with one unit: nn.Linear(.., 1)",
            )


def _index_range(head: Head, target: Tensor) -> Iterator[Finding]:
    """Indices that no unit stands for."""
    is_index = head.loss in _ON_CLASSES and not target.is_floating_point()
    if not is_index or head.u.dim() < 2 or target.shape == head.u.shape:
        return
    counted = target[target != head.settings.get("ignore_index", -100)]
    n = head.n_units
    if not counted.numel() or (counted.min() >= 0 and counted.max() < n):
        return
    low, high = int(counted.min()), int(counted.max())
    if low < 0:
        fix = (
            "targets = (targets + 1) // 2" if values_of(counted) == {-1.0, 1.0} else "targets = targets - targets.min()"
        )
    elif low == 1 and high == n:
        fix = "targets = targets - 1  # classes are counted from 0"
    else:
        fix = f"nn.Linear(.., {high + 1})  # one unit per class"
    yield Finding(
        level=Level.ERROR,
        rule="class-out-of-range",
        where=head.loss_label,
        sentence=f"targets go from {low} to {high}, but {n} units stand for classes 0 to {n - 1}",
        evidence=raised_by(head),
        fix=fix,
    )


def _no_logarithms(head: Head) -> Finding:
    return Finding(
        level=Level.ERROR,
        rule="targets-no-distribution",
        where=head.loss_label,
        sentence=f"{head.loss_label} with log_target=True takes log-probabilities as targets, these are probabilities",
        evidence="every row of the targets sums to 1",
        fix="loss = F.kl_div(log_probs, probs, reduction='batchmean')",
    )


def _soft_rows(head: Head, target: Tensor) -> Iterator[Finding]:
    """Targets like the outputs that are no distribution over the classes."""
    takes_rows = head.loss in ("cross_entropy", "kl_div") and target.shape == head.u.shape and target.dim() > 1
    if not takes_rows or not target.is_floating_point():
        return
    along = -1 if head.loss == "kl_div" else 1
    values, sums = target.detach(), target.detach().sum(along)
    is_distribution = bool(values.min() >= 0) and bool(((sums - 1).abs() < SUMS_TO_1).all())
    if head.settings.get("log_target"):
        if is_distribution:
            yield _no_logarithms(head)
        return
    if is_distribution:
        return
    if values_of(target) <= {0.0, 1.0} and head.loss == "cross_entropy":
        yield Finding(
            level=Level.ERROR,
            rule="several-labels",
            where=head.loss_label,
            sentence="rows of the targets hold several ones or none, and cross-entropy shares one probability "
            "among the classes: "
            "labels that are not exclusive need a sigmoid each",
            evidence=f"ones per row from {int(sums.min())} to {int(sums.max())}",
            fix="loss = F.binary_cross_entropy_with_logits(logits, targets)",
        )
        return
    negative = bool(values.min() < 0)
    yield Finding(
        level=Level.ERROR,
        rule="targets-no-distribution",
        where=head.loss_label,
        sentence=f"{head.loss_label} takes "
        f"{'probabilities' if head.loss == 'kl_div' else 'class indices or probabilities'} "
        f"as targets, these are {'negative in part' if negative else 'no distribution'}: their sums go from "
        f"{float(sums.min()):.3g} to {float(sums.max()):.3g}",
        evidence=f"targets {list(target.shape)} {range_of(target)}",
        fix="loss = F.kl_div(log_probs, log_targets, reduction='batchmean', log_target=True)  # if these are logarithms"
        if negative and head.loss == "kl_div"
        else "loss = F.mse_loss(outputs, targets)  # if these are numbers; class indices if they are classes",
    )


RULES: tuple[Callable[[Head, Tensor], Iterator[Finding]], ...] = (
    _classes_missing,
    _index_shape,
    _index_dtype,
    _index_range,
    _soft_rows,
)
