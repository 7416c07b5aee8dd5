"""An object of torch's as the call that makes it, with the arguments that differ from torch's defaults."""

import inspect
from collections.abc import Callable, Mapping

from torch import nn

from actloss_cli.script.literals import keywords


def module_call(module: nn.Module) -> str:
    """Such as `nn.LeakyReLU(negative_slope=0.2)`; torch's modules keep each argument under its name."""
    arguments = keywords(changed_arguments(type(module), vars(module)))
    return f"nn.{type(module).__name__}({', '.join(arguments)})"


def changed_arguments(callable_: Callable[..., object], given: Mapping[str, object]) -> dict[str, object]:
    """Of these arguments, in the callable's order, those that are not what it would take anyway."""
    defaults = {name: parameter.default for name, parameter in inspect.signature(callable_).parameters.items()}
    return {name: given[name] for name in defaults if name in given and given[name] != defaults[name]}
