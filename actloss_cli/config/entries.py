"""One entry of an axis, a name or a mapping, to its choices: finds the function, multiplies out lists of settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias, get_args

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice, UnknownFunction
from actloss_cli.catalogue.choice import CODE_PREFIX, Code
from actloss_cli.catalogue.lookup import FIND
from actloss_cli.catalogue.spec import HyperValue, Spec
from actloss_cli.config.code_rule import NO_CODE, CodeRule
from actloss_cli.config.flaw import Flaw, KeyPath
from actloss_cli.config.setting_values import read_alternatives
from actloss_cli.config.torch_check import refusal
from actloss_cli.config.wording import LABEL_RULE, MAX_LABEL, label_problem, nearest_or_all, shown
from actloss_cli.extending.loading import is_foreign, load

Role: TypeAlias = Literal["activation", "output", "loss", "optimizer"]
ROLES: tuple[Role, ...] = get_args(Role)

REGISTRY: Mapping[Role, tuple[Spec, ...]] = {
    "activation": tuple(spec for spec in catalogue.ACTIVATIONS if spec.hidden),
    "output": tuple(spec for spec in catalogue.ACTIVATIONS if spec.output),
    "loss": catalogue.LOSSES,
    "optimizer": catalogue.OPTIMIZERS,
}

EVERY = "all"
"""The entry that stands for every function of its role."""

MAX_COMBINATIONS = 1000
"""Of the settings of one entry."""
MAX_CODE_NAME = 256
"""Of the name of code, which has a module's path in it."""


def read_entry(role: Role, value: object, path: KeyPath, flaws: list[Flaw], rule: CodeRule = NO_CODE) -> list[Choice]:
    """The choices that an entry at `path` asks for; none, and at least one more flaw, where something is wrong.

    `all` stands for every function of the role. A setting with a list of values stands for one choice per value;
    several such lists are multiplied out. Aliases become the catalogue's name, settings that equal their defaults are
    dropped. What isn't the catalogue's is imported as the rule allows.
    """
    if value == EVERY:
        return [Choice.of(spec.name) for spec in REGISTRY[role]]
    if not isinstance(value, dict):
        found = _find(role, value, path, flaws, rule)
        choices = [Choice.of(found.spec.name, code=found.code)] if found else []
        return choices if _can_be_labels(choices, path, flaws) else []
    if "name" not in value:
        flaws.append(
            Flaw(path, "'name' is missing", "an entry is a name, or {name: NAME, as: LABEL, HYPERPARAMETER: VALUE}")
        )
        return []
    n_before = len(flaws)
    label = value.get("as", "")
    if "as" in value:
        _check_label(label, (*path, "as"), flaws)
    found = _find(role, value["name"], (*path, "name"), flaws, rule)
    if found is None:
        return []
    spec = found.spec
    given = {key: values for key, values in value.items() if key not in ("name", "as")}
    alternatives = _read_settings(spec, given, path, flaws)
    n_combinations = _count(alternatives)
    if n_combinations > MAX_COMBINATIONS:
        message = f"stands for {n_combinations:,} combinations of settings"
        flaws.append(Flaw(path, message, f"at most {MAX_COMBINATIONS:,} fit in one entry"))
    if len(flaws) > n_before:
        return []
    choices = [_choice(found, combination, alternatives, label) for combination in _combinations(alternatives)]
    longest = max((choice.label for choice in choices), key=len)
    if label and (problem := label_problem(longest)):
        # The resolved config writes it under 'as'.
        hint = f"shorten it, or leave it out; {LABEL_RULE}"
        flaws.append(Flaw((*path, "as"), f"{problem}, which the settings' values make of it", hint))
        return []
    if spec.fault:
        return choices if label or _can_be_labels(choices, path, flaws) else []
    for choice in choices:
        which = f" of {choice.label}" if len(choices) > 1 else f" for {spec.name}"
        if words := spec.conflict(choice.settings(spec)):
            flaws.append(Flaw(path, f"these values{which} don't go together: {words}"))
            return []
        if words := refusal(spec, choice.hyper(spec)):
            flaws.append(Flaw(path, f"PyTorch refuses these values{which}: {words}"))
            return []
    return choices if label or _can_be_labels(choices, path, flaws) else []


def _can_be_labels(choices: Sequence[Choice], path: KeyPath, flaws: list[Flaw]) -> bool:
    """Whether tables can call them by their names, which are long where there is a module's path in them."""
    if problem := next((found for choice in choices if choice.code and (found := label_problem(choice.label))), ""):
        flaws.append(Flaw(path, problem, f"give it a short one with 'as:'; {LABEL_RULE}"))
    return not problem


def _count(alternatives: Mapping[str, list[HyperValue]]) -> int:
    n = 1
    for values in alternatives.values():
        n *= len(values)
    return n


def _combinations(alternatives: Mapping[str, list[HyperValue]]) -> list[dict[str, HyperValue]]:
    """The product, the first setting slowest."""
    return [dict(zip(alternatives, values, strict=True)) for values in product(*alternatives.values())]


def _choice(
    found: "_Found", combination: Mapping[str, HyperValue], alternatives: Mapping[str, list[HyperValue]], label: str
) -> Choice:
    """A label of one's own tells apart what the entry varies: `momentum(momentum=0.9)`."""
    settings = found.spec.settings
    overrides = {key: value for key, value in combination.items() if value != settings[key]}
    varied = {key: value for key, value in combination.items() if len(alternatives[key]) > 1}
    own = Choice.of(label, varied).label if label and varied else label
    return Choice.of(found.spec.name, overrides, own, found.code)


@dataclass(frozen=True)
class _Found:
    """A declaration, and the code behind it where it isn't the catalogue's."""

    spec: Spec
    code: Code | None = None


def _find(role: Role, name: object, path: KeyPath, flaws: list[Flaw], rule: CodeRule) -> _Found | None:
    if not isinstance(name, str):
        flaws.append(Flaw(path, f"must be the name of a function, not {shown(name)}"))
        return None
    is_code = name.startswith(CODE_PREFIX)
    if not (name.isprintable() and len(name) <= (MAX_CODE_NAME if is_code else MAX_LABEL)):
        flaws.append(Flaw(path, f"{shown(name)} is not the name of a function"))
        return None
    if is_code and not rule.allowed:
        flaws.append(Flaw(path, f"{shown(name)} is code of one's own, and nothing of it was imported", rule.hint))
        return None
    try:
        if is_foreign(role, name):
            loaded = load(role, name, rule.folders)
            return _Found(loaded.spec, loaded.code)
        return _Found(FIND[role](name))
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
