"""Shape, type and coding of the targets against what the loss takes."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import Head
from actloss_cli.checking.rules import index_targets, number_targets
from actloss_cli.checking.rules.target_words import (
    MOST_CLASSES,
    listed,
    values_of,
)
from actloss_cli.checking.trace import TARGET, Trace

_COMBINES = frozenset({"add", "sub", "rsub", "mul", "div", "pow", "maximum", "minimum", "where"})


def check_targets(case: Case) -> Iterator[Finding]:
    """At most one fault of each loss's targets: what follows a wrong shape is not told."""
    for head in case.heads:
        if head.swapped:
            yield _swapped(head)
        elif head.target is not None and head.target.numel():
            found = next(
                (one for rule in (*index_targets.RULES, *number_targets.RULES) for one in rule(head, head.target)), None
            )
            if found is not None:
                yield found


def _swapped(head: Head) -> Finding:
    return Finding(
        level=Level.ERROR,
        rule="arguments-swapped",
        where=head.loss_label,
        sentence=f"{head.loss_label} gets the targets where the outputs belong: it takes (input, target) in this order",
        fix=f"loss = {head.loss_label}(outputs, targets)",
    )


def own_broadcast(case: Case) -> Iterator[Finding]:
    """In someone's own loss, outputs `[B, 1]` with targets `[B]` that become `[B, B]`."""
    for op in case.trace.ops:
        if not op.in_loss or op.name not in _COMBINES or len(op.tensors) != 2 or not op.outputs:
            continue
        a, b = op.tensors
        one, other = case.trace.origin(a), case.trace.origin(b)
        mixed = (TARGET in one) != (TARGET in other)
        n = max(a.numel(), b.numel())
        if (
            mixed
            and n > 1
            and op.output.dim() == 2
            and op.output.numel() == n * n
            and {a.dim(), b.dim()} == {1, 2}
            and _untouched(case.trace, a, b)
        ):
            yield Finding(
                level=Level.ERROR,
                rule="silent-broadcast",
                where="the loss function",
                sentence=f"{op.name} of shapes {list(a.shape)} and {list(b.shape)} gives {list(op.output.shape)}: "
                "outputs are held against other "
                "rows' targets",
                fix="targets = targets.view_as(outputs)",
            )
            return


def _untouched(trace: Trace, *tensors: Tensor) -> bool:
    """Not by an axis that was put in on purpose."""
    made = [trace.producer(tensor) for tensor in tensors]
    return not any(
        op is not None and op.in_loss and op.name in ("unsqueeze", "getitem", "view", "reshape") for op in made
    )


def idle_targets(case: Case) -> Iterator[Finding]:
    """In someone's own loss, rows of one target value that give no gradient at outputs of either sign."""
    if any(head.function or head.loss for head in case.heads) or not isinstance(case.loss, Tensor):
        return
    output, target = case.output, case.targets[0] if len(case.targets) == 1 else None
    if output is None or len(case.outputs) != 1 or target is None or target.numel() != output.numel():
        return
    values = values_of(target)
    if not 2 <= len(values) <= MOST_CLASSES:
        return
    idle = _idle_values(case, output, target, values)
    if idle and len(idle) < len(values):
        yield Finding(
            level=Level.ERROR,
            rule="targets-idle",
            where="the loss function",
            sentence=f"rows whose target is {listed(idle)} give no gradient, whatever the output: nothing is "
            "learnt from them",
            evidence=f"dL/d(output) is 0 for them at outputs of either sign; targets are {listed(values)}",
            fix="targets = 2 * targets - 1  # for a hinge loss" if idle == {0.0} else "",
        )


def _idle_values(case: Case, output: Tensor, target: Tensor, values: set[float]) -> set[float]:
    moved = torch.zeros(output.numel(), dtype=torch.bool)
    for scale in (1.0, -1.0, 0.01, -3.0):
        leaf = (output.detach() * scale).requires_grad_()
        try:
            (gradient,) = torch.autograd.grad(case.loss_fn(leaf, case.targets[0]).sum(), leaf)
        except Exception:  # at such outputs the user's own loss may well raise
            return set()
        moved |= gradient.reshape(-1).ne(0).cpu()
    flat = target.reshape(-1).cpu()
    return {value for value in values if not moved[flat == value].any()}


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (check_targets, own_broadcast, idle_targets)
