"""What a user gives as an optimizer, a class of torch's kind or a full declaration, to a checked declaration."""

import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from torch import Tensor, optim

from actloss_cli.catalogue.spec import REGIME, OptimizerSpec
from actloss_cli.extending.checks.finding import Finding, fault_in
from actloss_cli.extending.checks.optimizer import check_optimizer
from actloss_cli.extending.described import formula_of
from actloss_cli.extending.hyperparameters import hyper_of
from actloss_cli.extending.refusal import Unusable

LR_RANGE = (1e-5, 1e1)
"""Wide enough for SGD and for what normalises its steps: nothing is known of the optimizer."""
DECADES = 100.0
_NOT_SET = ("foreach", "fused", "capturable", "differentiable", "maximize")
"""What changes how torch computes and nothing else, or turns descent into ascent."""


def optimizer_from(value: Any, name: str, source: str) -> tuple[OptimizerSpec, tuple[Finding, ...]]:
    """Of a class or function (parameters, lr) -> torch.optim.Optimizer; or of an `OptimizerSpec`, which says more.

    Raises `Unusable` for anything else.
    """
    if isinstance(value, OptimizerSpec):
        spec = replace(value, name=name, aliases=(), source=value.source or source)
    else:
        if not callable(value) or (inspect.isclass(value) and not issubclass(value, optim.Optimizer)):
            hint = "name a torch.optim.Optimizer class, or a function (parameters, lr) that gives one"
            raise Unusable(f"'{name}' is a {_kind(value)}, not an optimizer", hint)
        hyper = hyper_of(value, name, ("parameters",), ("lr",))
        # One of its own settings that is named as one of every optimizer's stays at its default.
        spec = OptimizerSpec(
            name=name,
            formula=formula_of(value),
            source=source,
            hyper={key: default for key, default in hyper.items() if key not in (*_NOT_SET, *REGIME)},
            torch_class=without_names(value),
            wraps=source,
            update=None,
            elementwise=False,
            lr_range=lr_range_of(value),
        )
    findings = check_optimizer(spec, spec.hyper)
    return replace(spec, fault=fault_in(findings)), findings


def lr_range_of(make: Callable[..., Any]) -> tuple[float, float]:
    """Two decades to either side of its default rate; where it has none, a range wide enough for most."""
    try:
        rate = inspect.signature(make).parameters["lr"].default
    except (KeyError, TypeError, ValueError):  # none, or written in C
        return LR_RANGE
    if not isinstance(rate, int | float) or isinstance(rate, bool) or not 0 < rate < math.inf:
        return LR_RANGE
    return float(f"{rate / DECADES:.6g}"), float(f"{rate * DECADES:.6g}")


def without_names(make: Callable[..., Any]) -> Callable[..., Any]:
    """Takes named parameters, as the plain loop gives them, and passes the parameters on alone."""

    def made(named_parameters: Iterable[tuple[str, Tensor]], lr: float, **settings: Any) -> Any:
        return make([parameter for _, parameter in named_parameters], lr=lr, **settings)

    return made


def _kind(value: Any) -> str:
    return "class" if inspect.isclass(value) else type(value).__name__
