"""What a config may set of a plain function: its parameters that have defaults, from its signature."""

import inspect
from collections.abc import Callable
from typing import Any

from actloss_cli.catalogue.spec import Hyper, HyperValue
from actloss_cli.extending.refusal import Unusable


def hyper_of(function: Callable[..., Any], name: str, given: tuple[str, ...], by_name: tuple[str, ...] = ()) -> Hyper:
    """Numbers, truth values and tuples of numbers by name.

    The first parameters are `given` by actloss, some others `by_name`; one with another default is left at it. Raises
    `Unusable` where a parameter has no default, or too few are taken.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # written in C: nothing is known of it
        return {}
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return _settable(parameters)
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    takes = f"it is called with {' and '.join((*given, *by_name))}"
    if len(positional) < len(given):
        raise Unusable(f"'{name}' takes {len(positional)} arguments", takes)
    rest = [p for p in parameters if p not in positional[: len(given)] and p.name not in by_name]
    for parameter in rest:
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
            raise Unusable(f"'{name}' asks for '{parameter.name}'", f"{takes}; give '{parameter.name}' a default")
    return _settable(rest)


def _settable(parameters: list[inspect.Parameter]) -> Hyper:
    found: dict[str, HyperValue] = {}
    for parameter in parameters:
        parts = parameter.default if isinstance(parameter.default, tuple) else (parameter.default,)
        if parts and all(isinstance(part, int | float) for part in parts):
            found[parameter.name] = parameter.default
    return found
