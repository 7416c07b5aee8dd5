"""What a function says of itself in one line, and how a class is told where a function is expected."""

import inspect
from typing import Any

from actloss_cli.extending.refusal import Unusable

LONGEST = 100


def formula_of(function: Any) -> str:
    """The first line of its docstring, or its name and parameters."""
    doc = inspect.getdoc(function) if inspect.isroutine(function) else None
    if doc:
        return doc.splitlines()[0][:LONGEST]
    name = getattr(function, "__name__", type(function).__name__)
    try:
        return f"{name}{inspect.signature(function)}"[:LONGEST]
    except (TypeError, ValueError):  # written in C
        return f"{name}(x)"


def refuse_class(value: Any, name: str, what: str, wanted: str) -> None:
    """Raises `Unusable` for a class, and for what can't be called."""
    if inspect.isclass(value):
        raise Unusable(f"'{name}' is a class, not {what}", f"name {wanted}")
    if not callable(value):
        raise Unusable(f"'{name}' is a {type(value).__name__}, not {what}", f"name {wanted}")
