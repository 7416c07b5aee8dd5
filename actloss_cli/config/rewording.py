"""Pydantic's errors to flaws in plain words, on paths that the config has."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from actloss_cli.config.entries import ROLES
from actloss_cli.config.flaw import FLAW, Flaw, KeyPath
from actloss_cli.config.model_sections import (
    CONVOLUTION,
    MAX_LAYERS,
    MAX_WIDTH,
    OWN,
    RECURRENT,
    ConvolutionSection,
    ModelSection,
    OwnModelSection,
    RecurrentSection,
)
from actloss_cli.config.schema import (
    MAX_EPOCHS,
    MAX_POINTS,
    MAX_SEEDS,
    MAX_SETS,
    OPENML,
    TAG_SIGN,
    ConfigFile,
    CsvSection,
    LrGrid,
    OpenmlSection,
    Pattern,
    SeedsSection,
    TaskSection,
    TrainingSection,
    VerdictSection,
)
from actloss_cli.config.wording import nearest, nearest_or_all, shown

_SECTIONS: Mapping[str | int, type[BaseModel]] = {
    OPENML: OpenmlSection,
    "dataset": CsvSection,
    "lr": LrGrid,
    "seeds": SeedsSection,
    "model": ModelSection,
    CONVOLUTION: ConvolutionSection,
    RECURRENT: RecurrentSection,
    OWN: OwnModelSection,
    "training": TrainingSection,
    "exclude": Pattern,
    "verdict": VerdictSection,
}


KeysAt: TypeAlias = Callable[[KeyPath], list[str]]
"""The keys that the mapping at pydantic's location may have."""


def flaws_from(error: ValidationError, value: object, keys_at: KeysAt | None = None) -> list[Flaw]:
    """What pydantic found wrong with `value`, the whole config or, with `keys_at`, another kind of file."""
    return [_flaw(details, value, keys_at or _keys_at) for details in error.errors(include_url=False)]


def _flaw(details: ErrorDetails, value: object, keys_at: KeysAt) -> Flaw:
    kind = details["type"]
    path, rest = _existing(details["loc"], value)
    context: Mapping[str, Any] = details.get("ctx", {})
    if kind == FLAW:
        return Flaw(path, context["message"], context["hint"], context["key"])
    if kind == "missing":
        return Flaw(path, f"{shown(rest[0])} is missing", _MISSING.get(str(rest[0]), ""))
    if kind == "extra_forbidden":
        key = str(path[-1])
        known = nearest_or_all(key, keys_at(details["loc"][:-1]), "the keys here are")
        return Flaw(path[:-1], f"unknown key {shown(key)}", known, key=key)
    if details["input"] is None:
        return Flaw(path, "has no value", "give it one, or remove the key")
    message, hint = _WORDS[kind](details["input"], context)
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    return Flaw(path, message, hint or _ABOUT.get(key, ""))


_MISSING = {
    "name": "name the run: its results go to a folder of that name",
    "tasks": "add 'tasks: [{kind: binary, dataset: moons}]', say",
    "kind": "one of regression, binary, multiclass",
    "dataset": "see 'actloss list datasets'",
    "csv": "a dataset is a name, {csv: PATH, target: COLUMN} or {openml: NAME}",
    "target": "name the column to predict",
}

_RATE = "write a rate as in 0.01"
_ABOUT = {
    **{key: _MISSING[key] for key in ("dataset", "csv", "target")},
    "openml": "the name of a dataset of OpenML, or its id",
    "missing": "'mean' fills missing numbers in, 'drop' leaves their rows out",
    "lr": _RATE,
    "from": _RATE,
    "to": _RATE,
    "points": f"a grid has 2 to {MAX_POINTS} points; a single rate is written 'lr: 0.01'",
    "tune": f"1 to {MAX_SEEDS:,} seeds",
    "final": f"2 to {MAX_SEEDS:,} seeds; a single one has no spread",
    "set": f"0 to {MAX_SETS:,}, the number of a set of seeds",
    "hidden": f"up to {MAX_LAYERS} layers of 1 to {MAX_WIDTH:,} units; without hidden layers it is []",
    "epochs": f"1 to {MAX_EPOCHS:,} passes over the training rows",
    "margin": "what a pairing may lose of the reference's gain and still work, 0.05 say",
    "level": "of every interval, 0.95 say",
    "looks": "1, or 2 where seeds are added once after a first look",
    "batch_size": "how many rows make a step, 64 say",
    **dict.fromkeys(("task", *ROLES), "a part that fits all is '*', or left out"),
}
"""What may stand at a key, for a value of wrong type or out of range where the value itself gives no better hint."""


def _existing(loc: tuple[int | str, ...], value: Any) -> tuple[KeyPath, KeyPath]:
    """The part of the location that the config has, without the tags of unions; and what is left of it."""
    found: list[int | str] = []
    for i, part in enumerate(loc):
        if (isinstance(value, dict) and part in value) or (isinstance(value, list) and isinstance(part, int)):
            found.append(part)
            value = value[part]  # type: ignore[index]  # a key of the mapping, or a place in the list
        elif not str(part).startswith(TAG_SIGN):
            return tuple(found), loc[i:]
    return tuple(found), ()


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the mapping at pydantic's location may have."""
    top = TaskSection if "tasks" in loc else ConfigFile
    section = next((_SECTIONS[part] for part in reversed(loc) if part in _SECTIONS), top)
    return [field.alias or name for name, field in section.model_fields.items()]


def _literal(given: object, context: Mapping[str, Any]) -> tuple[str, str]:
    known = re.findall(r"'(\w+)'", context["expected"])
    return f"must be one of {', '.join(known)}, not {shown(given)}", nearest(str(given), known)


def _too_short(given: object, context: Mapping[str, Any]) -> tuple[str, str]:
    return "must not be empty", "name at least one" if isinstance(given, list) else ""


def _number(given: object, context: Mapping[str, Any]) -> tuple[str, str]:
    return f"must be a number, not {shown(given)}", _unquoted(given)


def _whole(given: object, context: Mapping[str, Any]) -> tuple[str, str]:
    message = f"must be a whole number, not {shown(given)}"
    if isinstance(given, float) and given.is_integer():
        return message, f"write {given:.0f}"
    return message, _unquoted(given)


def _unquoted(given: object) -> str:
    is_quoted = isinstance(given, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", given)
    return "remove the quotes" if is_quoted else ""


def _expected(what: str, hint: str = "") -> Callable[[object, Mapping[str, Any]], tuple[str, str]]:
    return lambda given, context: (f"must be {what.format(**context)}, not {shown(given)}", hint)


_WORDS: Mapping[str, Callable[[object, Mapping[str, Any]], tuple[str, str]]] = {
    "string_type": _expected("text", "put it in quotes if it is meant as text"),
    "int_type": _whole,
    "float_type": _number,
    "finite_number": _expected("a finite number"),
    "greater_than": _expected("above {gt:g}"),
    "less_than": _expected("below {lt:g}"),
    "greater_than_equal": _expected("at least {ge}"),
    "less_than_equal": _expected("at most {le}"),
    "literal_error": _literal,
    "string_too_short": _too_short,
    "too_short": _too_short,
    "string_too_long": lambda given, context: (f"is longer than {context['max_length']} characters", ""),
    "too_long": lambda given, context: (f"has more than {context['max_length']} entries", ""),
    "list_type": _expected("a list", "write it in brackets: [...]"),
    "model_type": _expected("a mapping", "write it in braces: {key: value}"),
}
"""Type of pydantic's error to message and hint; one for each type that the schema can raise."""
