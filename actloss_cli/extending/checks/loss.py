"""Checks a loss: shape, type, side effects, gradient, values, and that samples and trials don't mix.

Layout: u `[B, C]` as in the plain loop, `[T, C, B]` as in a stack; targets as the loss's coding has them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from actloss_cli.catalogue.coding import code_targets, count_units
from actloss_cli.catalogue.interval import UNIT
from actloss_cli.catalogue.spec import Coding, Hyper, Kind, LossSpec
from actloss_cli.extending.checks.activation import ROUNDING, B, T, draw
from actloss_cli.extending.checks.calling import called, shape_text
from actloss_cli.extending.checks.finding import Fault, Finding

N_CLASSES = 3

PerSample = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class CheckedLoss:
    """What was found, the first kind of task with a fault alone; of all kinds whether trials stay apart."""

    findings: tuple[Finding, ...]
    keeps_trials_apart: bool = True


def check_loss(spec: LossSpec, hyper: Hyper) -> CheckedLoss:
    """On each kind of task that it serves."""
    per_sample = partial(spec.per_sample, **hyper)
    findings: list[Finding] = []
    apart = True
    for kind, coding in spec.codings.items():
        u, target = sample(spec, kind, coding)
        try:
            findings += [
                _of_kind(kind, one) for one in (*_basics(per_sample, u, target), *_gradient(spec, hyper, u, target))
            ]
        except Fault as fault:
            return CheckedLoss((*findings, _of_kind(kind, Finding("use", "fault", str(fault)))))
        together, finding = _side_by_side(per_sample, u, target)
        apart = apart and together
        findings.append(_of_kind(kind, finding))
    return CheckedLoss(tuple(findings), apart)


def sample(spec: LossSpec, kind: Kind, coding: Coding) -> tuple[Tensor, Tensor]:
    """T trials' outputs `[T, B, C]` inside the loss's domain, and coded targets `[B, C]` or `[B]` of every class."""
    n_classes = {"regression": 1, "binary": 2, "multiclass": N_CLASSES}[kind]
    n_units = count_units(coding, n_classes)
    u = draw(T, B, n_units)
    if spec.takes in ("probability", "probabilities") or spec.domain.is_inside(UNIT):
        u = u.sigmoid()
    y = draw(B).abs() + 0.5 if kind == "regression" else torch.arange(B) % n_classes
    return u, code_targets(y, coding, n_units, 0.0, 1.0, torch.float64)


def _of_kind(kind: Kind, finding: Finding) -> Finding:
    return Finding(f"{kind}: {finding.check}", finding.outcome, finding.message)


def _basics(per_sample: PerSample, u: Tensor, target: Tensor) -> Iterator[Finding]:
    for dtype in (torch.float32, torch.float64):
        x, t = u[0].to(dtype), target.to(dtype) if target.is_floating_point() else target
        before = x.clone(), t.clone()
        losses = called(per_sample, x, t)
        if losses.shape != x.shape[:1]:
            hint = "; leave .mean() and .sum() out" if losses.ndim == 0 else ""
            raise Fault(f"gives {shape_text(losses)} for {shape_text(x)}: a loss gives one number for each row{hint}")
        if losses.dtype != dtype:
            raise Fault(f"gives {losses.dtype} for {dtype}: a loss keeps the type of its numbers")
        if not (torch.equal(x, before[0]) and torch.equal(t, before[1])):
            raise Fault("changes what it is given")
        if not torch.equal(called(per_sample, x, t).nan_to_num(), losses.nan_to_num()):
            raise Fault("gives other numbers for the same input: a loss has no random numbers here")
    yield Finding("shape", "holds", "gives one number for each row, in float32 and float64")
    if torch.isfinite(losses).all():
        yield Finding("values", "holds", "is finite on outputs that it takes")
    else:
        yield Finding("values", "note", "isn't finite on some outputs: training diverges where it gets there")


def _gradient(spec: LossSpec, hyper: Hyper, u: Tensor, target: Tensor) -> Iterator[Finding]:
    per_sample = partial(spec.per_sample, **hyper)
    leaf = u[0].clone().requires_grad_()
    if not called(per_sample, leaf, target).requires_grad:
        raise Fault("gives no gradient: nothing can learn from it; keep to torch's operations")
    try:
        same = torch.autograd.gradcheck(lambda x: per_sample(x, target), (leaf,), raise_exception=False)
        (derived,) = torch.autograd.grad(per_sample(leaf, target).sum(), leaf)
    except Exception as error:  # whatever a backward of the user's own raises
        raise Fault(f"raises {type(error).__name__} in its gradient: {str(error).splitlines()[0]}") from error
    if not same:
        yield Finding("gradient", "note", "has another gradient than finite differences give: a surrogate, or a slip")
    else:
        yield Finding("gradient", "holds", "has the gradient that finite differences give")
    if spec.gradient is not None and not torch.allclose(spec.gradient(u[0], target, **hyper), derived, 1e-6, 1e-8):
        raise Fault("declares a gradient that isn't that of its values")


def _side_by_side(per_sample: PerSample, u: Tensor, target: Tensor) -> tuple[bool, Finding]:
    """Whether each trial of a stack, and each sample, gets what it would get alone."""
    alone = torch.stack([per_sample(trial, target) for trial in u])
    stacked = target.movedim(0, -1)[None].expand(len(u), *target.movedim(0, -1).shape)
    try:
        together = per_sample(u.transpose(1, 2).contiguous(), stacked.contiguous())
        same = together.shape == alone.shape and torch.allclose(together, alone, ROUNDING, ROUNDING, equal_nan=True)
    except Exception:  # whatever a user's function raises on another shape
        same = False
    if same:
        return True, Finding("stack", "holds", "keeps the trials of a stack apart")
    why = "doesn't treat trials side by side [T, C, B] as each alone [B, C]"
    return False, Finding("stack", "note", f"{why}: the plain loop trains them, one after another")
