"""Checks an activation: shape, type, side effects, gradient, values, and on what each result depends.

Layout: `[B, H]` as in the plain loop, `[T, H, B]` as in a stack.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from actloss_cli.catalogue.at_start import function_at_start
from actloss_cli.catalogue.spec import ActivationSpec, Hyper
from actloss_cli.extending.checks.calling import called, shape_text
from actloss_cli.extending.checks.finding import Fault, Finding

T, H, B = 3, 4, 6
WIDE = torch.linspace(-30, 30, 121, dtype=torch.float64)
ROUNDING = 1e-9
"""Of double precision, relative and absolute: sums in another order differ by less."""

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class CheckedActivation:
    """What was found, and on what each result turned out to depend; the latter of no use after a fault."""

    findings: tuple[Finding, ...]
    along_features: bool = False
    """Whether a result depends on more than the one number that it stands for."""
    keeps_trials_apart: bool = True


def check_activation(spec: ActivationSpec, hyper: Hyper) -> CheckedActivation:
    """Learnable parameters at their start, a stochastic function as in evaluation."""
    function = function_at_start(spec, hyper)
    findings: list[Finding] = []
    try:
        findings += _basics(function)
        findings.append(_gradient(function))
        findings.append(_values(function))
    except Fault as fault:
        return CheckedActivation((*findings, Finding("use", "fault", str(fault))))
    along_features, of_features = _reach_of_results(function)
    apart, of_stack = _side_by_side(function)
    return CheckedActivation((*findings, of_features, of_stack), along_features, apart)


def draw(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Normal numbers, the same each time."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(3)).to(dtype)


def _basics(function: Function) -> Iterator[Finding]:
    x = draw(B, H, dtype=torch.float32)
    before = x.clone()
    y = called(function, x)
    if y.shape != x.shape:
        raise Fault(f"gives {shape_text(y)} for {shape_text(x)}: an activation keeps the shape")
    yield Finding("shape", "holds", "keeps the shape")
    if y.dtype != x.dtype:
        raise Fault(f"gives {_name(y)} for {_name(x)}: an activation keeps the type of its numbers")
    in_double = called(function, x.double())
    if in_double.dtype != torch.float64:
        raise Fault(f"gives {_name(in_double)} for float64: an activation keeps the type of its numbers")
    yield Finding("type", "holds", "keeps float32 and float64")
    if not torch.equal(x, before):
        raise Fault("changes its input: write y = x.clamp(min=0), say, not x.clamp_(min=0)")
    yield Finding("input", "holds", "leaves its input as it is")
    if not torch.equal(called(function, x).nan_to_num(), y.nan_to_num()):
        raise Fault(
            "gives other numbers for the same input: random numbers come as 'noise' to an ActivationSpec with "
            "stochastic=True"
        )
    yield Finding("repeat", "holds", "gives the same numbers again")


def _gradient(function: Function) -> Finding:
    x = draw(B, H).requires_grad_()
    y = called(function, x)
    if not y.requires_grad:
        raise Fault("gives no gradient: what comes below it can't learn; keep to torch's operations on x")
    try:
        (grad,) = torch.autograd.grad(y.sum(), x)
        same = torch.autograd.gradcheck(function, (x,), raise_exception=False)
    except Exception as error:  # whatever a backward of the user's own raises
        raise Fault(f"raises {type(error).__name__} in its gradient: {str(error).splitlines()[0]}") from error
    if not (grad.any() or _slopes(function).any()):
        return Finding("gradient", "note", "has a gradient of 0 everywhere: what comes below it doesn't learn")
    if not same:
        return Finding("gradient", "note", "has another gradient than finite differences give: a surrogate, or a slip")
    return Finding("gradient", "holds", "has the gradient that finite differences give")


def _slopes(function: Function) -> Tensor:
    """The gradient far and wide."""
    x = WIDE[:, None].expand(-1, 3).clone().requires_grad_()
    (grad,) = torch.autograd.grad(function(x).sum(), x)
    return grad


def _values(function: Function) -> Finding:
    x = WIDE[:, None].expand(-1, 3).contiguous()
    strange = ~torch.isfinite(called(function, x)).all(1)
    if strange.any():
        at = x[strange][:, 0]
        where = f"at {len(at)} of {len(x)} points from -30 to 30, such as {float(at[len(at) // 2]):g}"
        return Finding("values", "note", f"isn't finite {where}: training diverges where it gets there")
    return Finding("values", "holds", "is finite from -30 to 30")


def _reach_of_results(function: Function) -> tuple[bool, Finding]:
    """Whether a result depends on other features or rows, and what to say of it."""
    x = draw(B, H)
    whole = function(x)
    if not (_is_same(function, x[:2], whole[:2]) and _is_same(function, x[2:], whole[2:])):
        return True, Finding("reach", "note", "mixes the rows of a minibatch: a row's result depends on the others")
    halves = _is_same(function, x[:, :2], whole[:, :2]) and _is_same(function, x[:, 2:], whole[:, 2:])
    if halves and _is_same(function, x[0], whole[0]):
        return False, Finding("reach", "holds", "acts on each number by itself")
    return True, Finding("reach", "holds", "acts along the features")


def _side_by_side(function: Function) -> tuple[bool, Finding]:
    """Whether each trial of a stack gets what it would get alone."""
    x = draw(T, H, B)
    alone = torch.stack([function(trial.T).T for trial in x])
    if _is_same(function, x, alone):
        return True, Finding("stack", "holds", "keeps the trials of a stack apart")
    why = "doesn't treat trials side by side [T, H, B] as each alone [B, H]"
    return False, Finding("stack", "note", f"{why}: the plain loop trains them, one after another")


def _is_same(function: Function, x: Tensor, expected: Tensor) -> bool:
    """Whether it gives that, NaN for NaN; not where it raises."""
    try:
        y = function(x.contiguous())
        return y.shape == expected.shape and torch.allclose(y, expected, ROUNDING, ROUNDING, equal_nan=True)
    except Exception:  # whatever a user's function raises on another shape
        return False


def _name(x: Tensor) -> str:
    return str(x.dtype).removeprefix("torch.")
