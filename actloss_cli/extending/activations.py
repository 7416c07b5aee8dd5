"""What a user gives as an activation, a function or a full declaration, to a checked declaration."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from torch import Tensor, nn

from actloss_cli.catalogue.at_start import function_at_start
from actloss_cli.catalogue.interval import REAL, Interval
from actloss_cli.catalogue.spec import ActivationSpec, Hyper, HyperValue
from actloss_cli.extending.checks.activation import CheckedActivation, check_activation
from actloss_cli.extending.checks.finding import Finding, fault_in
from actloss_cli.extending.described import formula_of, refuse_class
from actloss_cli.extending.hyperparameters import hyper_of
from actloss_cli.extending.measured_range import measured_range
from actloss_cli.extending.refusal import Unusable


def activation_from(value: Any, name: str, source: str) -> tuple[ActivationSpec, tuple[Finding, ...]]:
    """Of a function x -> y, its other parameters with defaults; or of an `ActivationSpec`, which says more.

    Raises `Unusable` for anything else.
    """
    if isinstance(value, ActivationSpec):
        declared = replace(value, name=name, aliases=(), source=value.source or source)
        checked = check_activation(declared, declared.hyper)
        return _checked(declared, checked, declared.along_features)
    refuse_class(value, name, "an activation", "a function of one tensor, such as: def my_act(x): return x.tanh()")
    if isinstance(value, nn.Module) and any(True for _ in value.parameters()):
        hint = "declare them: actloss_cli.catalogue.ActivationSpec(learnable={'slope': 0.25}, ...)"
        raise Unusable(f"'{name}' has parameters of its own", hint)
    hyper = {} if isinstance(value, nn.Module) else hyper_of(value, name, ("x",))
    spec = ActivationSpec(
        name=name, formula=formula_of(value), source=source, apply=value, range=REAL, hyper=hyper, init_gain=1.0
    )
    checked = check_activation(spec, hyper)
    spec, findings = _checked(spec, checked, checked.along_features)
    if spec.fault:
        return spec, findings
    measured = replace(spec, range=_range_of(spec), init_gain=1.0 if spec.along_features else None)
    reach = measured.range_for(hyper)
    return measured, (*findings, Finding("range", "holds", f"gives values in {reach}, as measured"))


def _checked(
    spec: ActivationSpec, checked: CheckedActivation, along_features: bool
) -> tuple[ActivationSpec, tuple[Finding, ...]]:
    """The declaration with what the checks say of it."""
    findings = checked.findings
    if not fault_in(findings) and checked.along_features and not along_features:
        message = "is declared as acting per element, but its results depend on more than one number"
        findings = (*findings, Finding("reach", "fault", message))
    found = replace(
        spec,
        fault=fault_in(findings),
        along_features=along_features,
        keeps_trials_apart=checked.keeps_trials_apart,
    )
    return found, findings


def _range_of(spec: ActivationSpec) -> Callable[[Hyper], Interval]:
    """Measured when it is first asked for under these hyperparameters."""

    @lru_cache(maxsize=64)
    def measured(settings: tuple[tuple[str, HyperValue], ...]) -> Interval:
        function = function_at_start(spec, dict(settings))
        return measured_range(lambda z: _applied(function, z), along_features=spec.along_features)

    return lambda hyper: measured(tuple(sorted(hyper.items())))


def _applied(function: Callable[[Tensor], Tensor], z: Tensor) -> Tensor:
    return function(z).detach()
