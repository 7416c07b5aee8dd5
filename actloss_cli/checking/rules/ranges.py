"""What the output can give at all, against what the loss takes and the targets are."""

import math
from collections.abc import Callable, Iterator

import torch

from actloss_cli import catalogue
from actloss_cli.catalogue.interval import REAL, Interval
from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import Head
from actloss_cli.checking.kind import kind_of
from actloss_cli.checking.mending import advised_code
from actloss_cli.reference.measured import cost_of
from actloss_cli.theory.facts import number
from actloss_cli.theory.notices import LEAST_EXCESS
from actloss_cli.theory.reach import reach_between

GRAVE_EXCESS = 0.25
"""Of the loss of one who knows nothing: if so much of it stays for ever, the loss is not the one that is meant."""

LEAST_UNREACHABLE, GRAVE_UNREACHABLE = 0.005, 0.05
"""Shares of a regression's targets."""


def _rectified_logits(head: Head) -> Iterator[Finding]:
    """A rectifier after the last layer, before a loss on logits."""
    takes = catalogue.loss(head.loss).takes if head.loss else ""
    if takes not in ("logits", "logit", "margins") or not head.steps or head.interval is None:
        return
    if head.interval.low < -1 or not math.isinf(head.interval.high) or head.output is None:
        return
    dead = float((head.u == 0).double().mean())
    yield Finding(
        level=Level.WARNING if takes != "logit" else Level.ERROR,
        rule="rectified-logits",
        where=head.steps[-1].where,
        sentence=f"{head.steps[-1].name} cuts off the logits below {head.interval.low:g}: a unit that is cut off "
        "gets no gradient, "
        "and may never come back",
        evidence=f"{100 * dead:.0f} % of the outputs are 0 at the start",
        theory=_floor_text(head),
        measured=cost_of(kind_of(head), head.output, head.loss, {"output": "identity"}),
        fix=advised_code({"output": "identity"}, head.loss, head.steps[-1].where),
    )


def _floor_text(head: Head) -> str:
    excess = _excess(head)
    return f"for one class the loss cannot go below {excess[0]:.3g}" if excess and excess[0] > LEAST_EXCESS else ""


def _by_range(head: Head) -> Iterator[Finding]:
    """A chain that the catalogue has no name for, by what it can give."""
    if head.interval is None or head.interval == REAL or not head.function:
        return
    spec = catalogue.loss(head.loss) if head.loss else None
    if spec is not None and not _within(head.interval, spec.domain):
        yield Finding(
            level=Level.ERROR,
            rule="outside-the-loss-domain",
            where=head.steps[-1].where if head.steps else head.loss_label,
            sentence=f"{head.loss_label} is defined on {spec.domain}, the output gives {head.interval}",
            evidence=head.chain,
            fix=advised_code({"output": "sigmoid"}, head.loss, ""),
        )
        return
    excess = _excess(head)
    if excess is None or excess[0] < LEAST_EXCESS:
        return
    level = Level.ERROR if excess[0] > GRAVE_EXCESS * excess[1] else Level.WARNING
    yield Finding(
        level=level,
        rule="target-code-out-of-reach",
        where=head.steps[-1].where if head.steps else head.loss_label,
        sentence=f"the output gives {head.interval} alone: {head.loss_label} cannot go below {excess[0]:.3g} for "
        "one class",
        evidence=f"{head.chain}; {head.seen}",
        theory=f"one who knows nothing gets {excess[1]:.3g}",
        fix=advised_code(
            {"output": "sigmoid" if head.loss == "bce" else "identity"},
            head.loss,
            head.steps[-1].where if head.steps else "",
        ),
        numbers={"floor": excess[0]},
    )


def _within(interval: Interval, domain: Interval) -> bool:
    slack = 1e-6
    return interval.low >= domain.low - slack and interval.high <= domain.high + slack


def _excess(head: Head) -> tuple[float, float] | None:
    """How far above 0 the least loss of the worst class is in the output's interval, and ln C; None if not asked."""
    assert head.interval is not None
    low, high = head.interval.low, head.interval.high
    if head.loss == "cross_entropy" and head.n_units > 1:
        span = high - low
        return (math.log1p((head.n_units - 1) * math.exp(-span)) if math.isfinite(span) else 0.0), math.log(
            head.n_units
        )
    if head.loss in ("bce_with_logits", "soft_margin"):
        worst = max(math.log1p(math.exp(-min(high, 700))), math.log1p(math.exp(max(low, -700))))
        return worst, math.log(2)
    if head.loss == "bce":
        ends = min(high, 1.0), 1 - max(low, 0.0)
        return max(-math.log(max(end, 1e-300)) for end in ends), math.log(2)
    return None


def reach(case: Case) -> Iterator[Finding]:
    """A regression's targets that the output cannot give."""
    for head in case.heads:
        if kind_of(head) != "regression" or head.target is None or head.interval in (None, REAL) or head.swapped:
            continue
        assert head.interval is not None
        if head.target.numel() != head.u.numel():
            continue
        target = head.target.detach().double()
        link = catalogue.loss(head.loss).link if head.loss and head.settings.get("log_input", True) else None
        low, high = (
            end if link is None else float(link(torch.tensor(end, dtype=torch.float64)))
            for end in (head.interval.low, head.interval.high)
        )
        if not target.isfinite().all() or not target.numel() or float(target.var(correction=0)) == 0:
            continue
        slack = 1e-6 * max(float(target.abs().max()), 1.0)
        found = reach_between(low - slack, high + slack, target.cpu().numpy().reshape(-1))
        if found.unreachable < LEAST_UNREACHABLE:
            continue
        name = head.steps[-1].name if head.steps else (head.source.name if head.source else "the output")
        remedy = {"output": "identity"}
        yield Finding(
            level=Level.ERROR if found.unreachable > GRAVE_UNREACHABLE else Level.WARNING,
            rule="targets-out-of-reach",
            where=head.steps[-1].where if head.steps else (head.source.where if head.source else ""),
            sentence=f"{name} gives {Interval(low, high)} alone, which leaves out {number(100 * found.unreachable)} % "
            "of the targets",
            evidence=f"targets from {float(target.min()):.4g} to {float(target.max()):.4g}",
            theory=f"R² is at most {found.r2_ceiling:.2f}",
            measured=cost_of("regression", head.output or "", head.loss, remedy),
            fix=advised_code(remedy, head.loss, head.steps[-1].where if head.steps else "")
            if head.steps
            else "self.out = nn.Linear(hidden, 1)  # a linear layer after the recurrent one",
            numbers={"unreachable": found.unreachable, "r2_ceiling": found.r2_ceiling},
        )


RULES: tuple[Callable[[Head], Iterator[Finding]], ...] = (_rectified_logits, _by_range)
