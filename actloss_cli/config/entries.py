"""One entry of an axis, a name or a mapping, to its choices: finds the function, multiplies out lists of settings."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Literal, TypeAlias, get_args

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice, UnknownFunction
from actloss_cli.catalogue.spec import HyperValue, Spec
from actloss_cli.config.flaw import Flaw, KeyPath
from actloss_cli.config.setting_values import read_alternatives
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

REGISTRY: Mapping[Role, tuple[Spec, ...]] = {
    "activation": tuple(spec for spec in catalogue.ACTIVATIONS if spec.hidden),
    "output": tuple(spec for spec in catalogue.ACTIVATIONS if spec.output),
    "loss": catalogue.LOSSES,
    "optimizer": catalogue.OPTIMIZERS,
}

CODE_PREFIX = "python:"
"""Begins what names a function of a user's own module."""
EVERY = "all"
"""The entry that stands for every function of its role."""

MAX_COMBINATIONS = 1000
"""Of the settings of one entry."""


def read_entry(role: Role, value: object, path: KeyPath, flaws: list[Flaw]) -> list[Choice]:
    """The choices that an entry at `path` asks for; none, and at least one more flaw, where something is wrong.

    `all` stands for every function of the role. A setting with a list of values stands for one choice per value;
    several such lists are multiplied out. Aliases become the catalogue's name, settings that equal their defaults are
    dropped.
    """
    if value == EVERY:
        return [Choice.of(spec.name) for spec in REGISTRY[role]]
    if not isinstance(value, dict):
        spec = _find(role, value, path, flaws)
        return [Choice.of(spec.name)] if spec else []
    if "name" not in value:
        flaws.append(
            Flaw(path, "'name' is missing", "an entry is a name, or {name: NAME, as: LABEL, HYPERPARAMETER: VALUE}")
        )
        return []
    n_before = len(flaws)
    label = value.get("as", "")
    if "as" in value:
        _check_label(label, (*path, "as"), flaws)
    spec = _find(role, value["name"], (*path, "name"), flaws)
    if spec is None:
        return []
    given = {key: values for key, values in value.items() if key not in ("name", "as")}
    alternatives = _read_settings(spec, given, path, flaws)
    n_combinations = _count(alternatives)
    if n_combinations > MAX_COMBINATIONS:
        message = f"stands for {n_combinations:,} combinations of settings"
        flaws.append(Flaw(path, message, f"at most {MAX_COMBINATIONS:,} fit in one entry"))
    if len(flaws) > n_before:
        return []
    choices = [_choice(spec, combination, alternatives, label) for combination in _combinations(alternatives)]
    longest = max((choice.label for choice in choices), key=len)
    if label and (problem := label_problem(longest)):
        # The resolved config writes it under 'as'.
        hint = f"shorten it, or leave it out; {LABEL_RULE}"
        flaws.append(Flaw((*path, "as"), f"{problem}, which the settings' values make of it", hint))
        return []
    for choice in choices:
        which = f" of {choice.label}" if len(choices) > 1 else f" for {spec.name}"
        if words := spec.conflict(choice.settings(spec)):
            flaws.append(Flaw(path, f"these values{which} don't go together: {words}"))
            return []
        if words := refusal(spec, choice.hyper(spec)):
            flaws.append(Flaw(path, f"PyTorch refuses these values{which}: {words}"))
            return []
    return choices


def _count(alternatives: Mapping[str, list[HyperValue]]) -> int:
    n = 1
    for values in alternatives.values():
        n *= len(values)
    return n


def _combinations(alternatives: Mapping[str, list[HyperValue]]) -> list[dict[str, HyperValue]]:
    """The product, the first setting slowest."""
    return [dict(zip(alternatives, values, strict=True)) for values in product(*alternatives.values())]


def _choice(
    spec: Spec, combination: Mapping[str, HyperValue], alternatives: Mapping[str, list[HyperValue]], label: str
) -> Choice:
    """A label of one's own tells apart what the entry varies: `momentum(momentum=0.9)`."""
    overrides = {key: value for key, value in combination.items() if value != spec.settings[key]}
    varied = {key: value for key, value in combination.items() if len(alternatives[key]) > 1}
    own = Choice.of(label, varied).label if label and varied else label
    return Choice.of(spec.name, overrides, own)


def _find(role: Role, name: object, path: KeyPath, flaws: list[Flaw]) -> Spec | None:
    if not isinstance(name, str):
        flaws.append(Flaw(path, f"must be the name of a function, not {shown(name)}"))
        return None
    if not (name.isprintable() and len(name) <= MAX_LABEL):
        flaws.append(Flaw(path, f"{shown(name)} is not the name of a function"))
        return None
    if name.startswith(CODE_PREFIX):
        message = f"{shown(name)}: a config can't bring code of its own, and nothing of it was imported"
        flaws.append(Flaw(path, message, "name functions of the catalogue, those that 'actloss list' shows"))
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


def _read_settings(
    spec: Spec, given: Mapping[str, object], path: KeyPath, flaws: list[Flaw]
) -> dict[str, list[HyperValue]]:
    """By setting, its one value or the list of them."""
    alternatives: dict[str, list[HyperValue]] = {}
    for key, value in given.items():
        if key in spec.settings:
            alternatives[key] = read_alternatives(spec, key, value, (*path, key), flaws)
            continue
        known = nearest_or_all(key, list(spec.settings), "it takes") if spec.settings else "it takes none"
        flaws.append(Flaw(path, f"{spec.name} has no hyperparameter {shown(key)}", known, key=key))
    return alternatives
