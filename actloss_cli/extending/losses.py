"""What a user gives as a loss, a function or a full declaration, to a checked declaration."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from actloss_cli.catalogue.coding import coded_as
from actloss_cli.catalogue.spec import LossSpec
from actloss_cli.extending.checks.finding import Finding, fault_in
from actloss_cli.extending.checks.loss import check_loss
from actloss_cli.extending.described import formula_of, refuse_class
from actloss_cli.extending.hyperparameters import hyper_of

_WANTED = "a function of outputs and targets, such as: def my_loss(u, target): return (u - target).abs()"


def loss_from(value: Any, name: str, source: str) -> tuple[LossSpec, tuple[Finding, ...]]:
    """Of a function (u, target) -> losses on a regression; or of a `LossSpec`, which says what else it serves.

    The function gives one number per row, or one per unit, which are averaged. Raises `Unusable` for anything else.
    """
    if isinstance(value, LossSpec):
        spec = replace(value, name=name, aliases=(), source=value.source or source)
    else:
        refuse_class(value, name, "a loss", _WANTED)
        hyper = {} if isinstance(value, nn.Module) else hyper_of(value, name, ("u", "target"))
        spec = LossSpec(
            name=name,
            formula=formula_of(value),
            source=source,
            hyper=hyper,
            takes="real",
            codings=coded_as({"regression": "standardised"}),
            per_sample=_per_row(value),
        )
    checked = check_loss(spec, spec.hyper)
    found = replace(spec, fault=fault_in(checked.findings), keeps_trials_apart=checked.keeps_trials_apart)
    return found, checked.findings


def _per_row(function: Callable[..., Any]) -> Callable[..., Any]:
    """Averages over the units, axis 1, what the function gives for each."""

    def per_sample(u: Tensor, target: Tensor, **hyper: Any) -> Any:
        losses = function(u, target, **hyper)
        return losses.mean(1) if isinstance(losses, Tensor) and losses.shape == u.shape else losses

    return per_sample
