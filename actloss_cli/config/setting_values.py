"""A setting's value as YAML has it to the values that the function gets: one, or a list of them as an axis."""

import math

from actloss_cli.catalogue.interval import REAL
from actloss_cli.catalogue.spec import HyperValue, Spec
from actloss_cli.config.flaw import Flaw, KeyPath
from actloss_cli.config.wording import nearest, shown


def read_alternatives(spec: Spec, key: str, value: object, path: KeyPath, flaws: list[Flaw]) -> list[HyperValue]:
    """The values; fewer, and flaws, where one can't be read, lies outside the setting's limits or repeats another."""
    default = spec.settings[key]
    entries = _entries(value, default)
    if entries is None:
        read = _read(spec, key, value, path, flaws)
        return [] if read is None else [read]
    if not entries:
        flaws.append(Flaw(path, "must not be empty", f"the default is {_written(default)}"))
    found: list[HyperValue] = []
    for i, entry in enumerate(entries):
        read = _read(spec, key, entry, (*path, i), flaws)
        if read is not None and read in found:
            flaws.append(Flaw((*path, i), f"repeats {_written(read)}", "remove it"))
        elif read is not None:
            found.append(read)
    return found


def _entries(value: object, default: HyperValue) -> list[object] | None:
    """The alternatives, if the value is a list of them; a setting that is itself a list has lists in a list."""
    if not isinstance(value, list):
        return None
    if isinstance(default, tuple) and not any(isinstance(entry, list) for entry in value):
        return None
    return value


def _read(spec: Spec, key: str, value: object, path: KeyPath, flaws: list[Flaw]) -> HyperValue | None:
    default = spec.settings[key]
    if isinstance(default, str):
        options = spec.options_for(key)
        if value in options:
            return str(value)
        hint = nearest(str(value), options) or f"the default is {default!r}"
        flaws.append(Flaw(path, f"must be one of {', '.join(options)}, not {shown(value)}", hint))
        return None
    read = _in_type_of(default, value)
    if read is None:
        flaws.append(Flaw(path, f"must be {_expected(default)}, not {shown(value)}", _default(default)))
        return None
    limits = spec.limits_for(key)
    parts = read if isinstance(read, tuple) else (read,)
    if limits != REAL and not all(limits.holds(float(part)) for part in parts):
        flaws.append(Flaw(path, f"must be in {limits}, not {_written(read)}", _default(default)))
        return None
    return read


def _in_type_of(default: HyperValue, value: object) -> HyperValue | None:
    """The value in the type of the default, None where it has another."""
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(default, tuple):
        if not isinstance(value, list) or len(value) != len(default):
            return None
        parts = [_number(part) for part in value]
        numbers = tuple(part for part in parts if part is not None)
        return numbers if len(numbers) == len(default) else None
    number = _number(value)
    if isinstance(default, int):
        return int(number) if number is not None and number.is_integer() else None
    return number


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        number = float(value) if is_number else math.nan  # type: ignore[arg-type]  # mypy can't see through the flag
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _default(default: HyperValue) -> str:
    return f"the default is {_written(default)}"


def _written(value: HyperValue) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else shown(value)


def _expected(default: HyperValue) -> str:
    match default:
        case bool():
            return "true or false"
        case tuple():
            return f"a list of {len(default)} numbers"
        case int():
            return "a whole number"
        case _:
            return "a number"
