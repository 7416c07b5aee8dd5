"""One entry of an axis, a name or a mapping, to a `Choice`: finds the function, checks its hyperparameters."""

import math
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias, get_args

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice, UnknownFunction
from actloss_cli.catalogue.spec import HyperValue, Spec
from actloss_cli.config.flaw import Flaw, KeyPath
from actloss_cli.config.torch_check import refusal
from actloss_cli.config.wording import LABEL_RULE, MAX_LABEL, label_problem, nearest_or_all, shown

Role: TypeAlias = Literal["activation", "output", "loss", "optimizer"]
ROLES: tuple[Role, ...] = get_args(Role)

FIND: Mapping[Role, Callable[[str], Spec]] = {
    "activation": catalogue.find_activation,
    "output": catalogue.find_output,
    "loss": catalogue.find_loss,
    "optimizer": catalogue.find_optimizer,
}


def read_entry(role: Role, value: object, path: KeyPath, flaws: list[Flaw]) -> Choice | None:
    """The choice that an entry at `path` asks for; None, and at least one more flaw, where it asks for none.

    Aliases become the catalogue's name, hyperparameters that equal their defaults are dropped.
    """
    if not isinstance(value, dict):
        spec = _find(role, value, path, flaws)
        return Choice.of(spec.name) if spec else None
    if "name" not in value:
        flaws.append(
            Flaw(path, "'name' is missing", "an entry is a name, or {name: NAME, as: LABEL, HYPERPARAMETER: VALUE}")
        )
        return None
    n_before = len(flaws)
    label = value.get("as", "")
    if "as" in value:
        _check_label(label, (*path, "as"), flaws)
    spec = _find(role, value["name"], (*path, "name"), flaws)
    if spec is None:
        return None
    overrides = _read_hyper(spec, {k: v for k, v in value.items() if k not in ("name", "as")}, path, flaws)
    if overrides and len(flaws) == n_before and (words := refusal(spec, {**spec.hyper, **overrides})):
        flaws.append(Flaw(path, f"PyTorch refuses these values for {spec.name}: {words}"))
    return Choice.of(spec.name, overrides, label) if len(flaws) == n_before else None


def _find(role: Role, name: object, path: KeyPath, flaws: list[Flaw]) -> Spec | None:
    if not isinstance(name, str):
        flaws.append(Flaw(path, f"must be the name of a function, not {shown(name)}"))
        return None
    if not (name.isprintable() and len(name) <= MAX_LABEL):
        flaws.append(Flaw(path, f"{shown(name)} is not the name of a function"))
        return None
    try:
        return FIND[role](name)
    except UnknownFunction as error:
        flaws.append(Flaw(path, error.message, error.hint))
        return None


def _check_label(label: object, path: KeyPath, flaws: list[Flaw]) -> None:
    if not isinstance(label, str):
        flaws.append(Flaw(path, f"must be text, not {shown(label)}", "put it in quotes"))
    elif problem := label_problem(label):
        flaws.append(Flaw(path, problem, LABEL_RULE))


def _read_hyper(spec: Spec, given: Mapping[str, object], path: KeyPath, flaws: list[Flaw]) -> dict[str, HyperValue]:
    """The hyperparameters that differ from their defaults."""
    overrides: dict[str, HyperValue] = {}
    for key, value in given.items():
        if key not in spec.hyper:
            known = nearest_or_all(key, list(spec.hyper), "it takes") if spec.hyper else "it takes none"
            flaws.append(Flaw(path, f"{spec.name} has no hyperparameter {shown(key)}", known, key=key))
            continue
        default = spec.hyper[key]
        read = _read_value(value, default)
        if read is None:
            message = f"must be {_expected(default)}, not {shown(value)}"
            flaws.append(Flaw((*path, key), message, f"the default is {_written(default)}"))
        elif read != default:
            overrides[key] = read
    return overrides


def _read_value(value: object, default: HyperValue) -> HyperValue | None:
    """The value in the type of the default, None where it has another."""
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(default, tuple):
        if not isinstance(value, list) or len(value) != len(default):
            return None
        parts = [_number(part) for part in value]
        numbers = tuple(part for part in parts if part is not None)
        return numbers if len(numbers) == len(default) else None
    return _number(value)


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None  # type: ignore[arg-type]  # mypy can't see through the flag


def _written(default: HyperValue) -> str:
    return f"[{', '.join(map(str, default))}]" if isinstance(default, tuple) else shown(default)


def _expected(default: HyperValue) -> str:
    if isinstance(default, bool):
        return "true or false"
    return f"a list of {len(default)} numbers" if isinstance(default, tuple) else "a number"
