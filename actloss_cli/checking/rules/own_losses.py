"""Losses of one's own, by how they behave: at outputs that follow the targets, at constant ones, at raw ones."""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from actloss_cli.catalogue.interval import REAL, Interval
from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import head_before
from actloss_cli.checking.known_ops import LINEAR
from actloss_cli.checking.trace import DATA

SURE_LOGIT = 8.0
"""Its sigmoid is 0.9997."""
CONSTANTS = (-2.0, -1.5, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
NEAR_0 = 0.05
"""Of what constant outputs lose: so little is lost where probabilities are taken, and right."""
LEAST_GAIN = 0.1
"""Of the spread of the losses that are compared; what is closer may be chance."""
LEAST_TARGETS = 8

_CLAMPS = frozenset({"clamp", "clamp_min", "clamp_max"})


def clamped_into_probabilities(case: Case) -> Iterator[Finding]:
    """Raw outputs that are cut to [0, 1], where a log or a cross-entropy takes probabilities."""
    into_bce = {id(step.op) for head in case.heads if head.loss == "bce" for step in head.steps}
    into_log = {id(parent) for op in case.trace.ops if op.name in ("log", "log1p") for parent in op.parents if parent}
    for op in case.trace.ops:
        if op.name not in _CLAMPS or not op.outputs or DATA not in op.origin or not op.output.numel():
            continue
        if id(op) not in into_bce | (into_log if op.in_loss else set()):
            continue
        cut = op.output.detach()
        raw = op.tensors[0].detach()
        before = head_before(op.tensors[0], op.parents[0], "", "", None, {}, None)
        lost = float((raw != cut).double().mean())
        if before.interval != REAL or before.seen_as or not lost or cut.min() < 0 or cut.max() > 1:
            continue
        yield Finding(
            level=Level.ERROR,
            rule="clamped-into-probabilities",
            where=op.where,
            sentence=f"{op.name} {op.at} cuts raw outputs to [0, 1], where probabilities are meant: what is cut gets "
            "no gradient",
            evidence=f"{100 * lost:.0f} % of the outputs are cut, of {float(raw.min()):.3g} to {float(raw.max()):.3g}",
            fix="loss = F.binary_cross_entropy_with_logits(logits, targets)  # or torch.sigmoid(logits) before the cut",
        )
        return


def rewards_the_wrong(case: Case) -> Iterator[Finding]:
    """A loss that is lower where outputs follow other rows' targets, or are constant, than where they are right."""
    output, target = case.output, case.targets[0] if len(case.targets) == 1 else None
    if case.heads or output is None or len(case.outputs) != 1 or target is None:
        return
    interval = _asked_within(case, output, target)
    if interval is None:
        return
    right = [one for one in _links(target.detach().to(output.dtype)) if _lies_in(interval, one)]
    losses = _losses(case, [*right, *(one.roll(1, 0) for one in right)])
    if losses is None or not right or _is_linear(case, output):
        return
    mine, theirs = losses[: len(right)], losses[len(right) :]
    spread = float((losses - losses.mean()).abs().max())
    if bool((mine > theirs).all()) and float((mine - theirs).max()) > LEAST_GAIN * spread:
        yield Finding(
            level=Level.WARNING,
            rule="loss-negated",
            where="the loss function",
            sentence="the loss is higher where outputs follow the targets than where they follow those of other rows: "
            "it seems to have the wrong sign",
            evidence=f"{float(mine[0]):.4g} at outputs equal to the targets, {float(theirs[0]):.4g} at those of others",
            fix="loss = -similarity.mean()  # or 1 - dice: minimise the negative of what is to grow",
        )
    elif interval == REAL and bool(((target == 0) | (target == 1)).all()):
        yield from _raw_into_overlap(case, output, mine)


def _raw_into_overlap(case: Case, output: Tensor, right: Tensor) -> Iterator[Finding]:
    """On targets of 0 and 1: the targets are the best of outputs in [0, 1], beyond them wrong ones are better."""
    losses = _losses(case, [torch.full_like(output, value) for value in CONSTANTS])
    if losses is None:
        return
    perfect = float(right[0])
    of_probabilities = [loss for value, loss in zip(CONSTANTS, losses.tolist(), strict=True) if 0 <= value <= 1]
    lost = max(of_probabilities) - perfect
    least = min(float(losses.min()), float(right.min()))
    if lost <= 0 or abs(perfect) > NEAR_0 * lost or least > perfect - LEAST_GAIN * lost:
        return
    yield Finding(
        level=Level.ERROR,
        rule="raw-outputs-as-probabilities",
        where="the loss function",
        sentence="the loss takes probabilities, and gets raw outputs: some that are wrong give less than right ones do",
        evidence=f"{perfect:.4g} where outputs equal the targets, {least:.4g} at others outside [0, 1]",
        fix="outputs = torch.sigmoid(logits)  # before a loss on probabilities, such as Dice",
    )


def _asked_within(case: Case, output: Tensor, target: Tensor) -> Interval | None:
    """What outputs can be, if they are those of a last layer, one for each target, and targets differ; else None."""
    if not isinstance(case.loss, Tensor) or case.loss.numel() != 1 or not case.loss.isfinite().all():
        return None
    made = head_before(output, case.trace.producer(output), "", "", None, {}, None)
    is_value = target.is_floating_point() or bool(((target == 0) | (target == 1)).all())
    if made.source is None or made.source.name not in LINEAR or not is_value:
        return None
    if output.shape != target.shape or target.numel() < LEAST_TARGETS or not bool(target.isfinite().all()):
        return None
    return made.interval if bool((target != target.roll(1, 0)).any()) else None


def _lies_in(interval: Interval, outputs: Tensor) -> bool:
    return float(outputs.min()) >= interval.low and float(outputs.max()) <= interval.high


def _links(target: Tensor) -> Sequence[Tensor]:
    """Outputs that are right, by whichever of these links the loss takes them."""
    links = [target]
    if bool(((target == 0) | (target == 1)).all()):
        links.append(SURE_LOGIT * (2 * target - 1))
    if bool((target > 0).all()):
        links.append(target.log())
    return links


def _losses(case: Case, outputs: Sequence[Tensor]) -> Tensor | None:
    """`[n]`; None where the loss can't be asked."""
    try:
        with torch.no_grad():
            losses = torch.stack([case.loss_fn(one, case.targets[0]).double().reshape(()) for one in outputs])
    except Exception:  # at such outputs the user's own loss may well raise
        return None
    return losses if bool(losses.isfinite().all()) else None


def _is_linear(case: Case, output: Tensor) -> bool:
    """Linear in the outputs, such as a critic's: of those, which sign is right is a convention."""
    losses = _losses(case, [scale * output.detach() for scale in (0.0, 1.0, -2.0)])
    if losses is None:
        return True
    zero, one, minus_two = losses.tolist()
    gap, step = float(minus_two - zero + 2 * (one - zero)), float(one - zero)
    return abs(gap) <= 1e-4 * abs(step)


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (clamped_into_probabilities, rewards_the_wrong)
