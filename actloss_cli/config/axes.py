"""One axis of the grid as a config writes it (a value, a list, or either by kind) to the choices of each kind."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from actloss_cli.catalogue import KINDS, Choice, Kind
from actloss_cli.config.code_rule import NO_CODE, CodeRule
from actloss_cli.config.entries import Role, read_entry
from actloss_cli.config.flaw import Flaw, KeyPath, carried
from actloss_cli.config.wording import nearest, shown

Axis: TypeAlias = Mapping[Kind, tuple[Choice, ...]]
"""The choices for each kind of task; a kind that the config leaves out is not there."""

_BY_KIND = "a mapping here goes by kind (regression, binary, multiclass), or has a 'name' and is one function"

_DEFAULT_NAMES: Mapping[Role, Mapping[Kind, tuple[str, ...]]] = {
    "activation": dict.fromkeys(KINDS, ("relu", "tanh", "sigmoid", "identity")),
    "output": {
        "regression": ("identity", "relu", "tanh", "sigmoid"),
        "binary": ("identity", "sigmoid", "tanh"),
        "multiclass": ("identity", "softmax", "log_softmax"),
    },
    "loss": {
        "regression": ("mse", "mae", "huber"),
        "binary": ("bce", "bce_with_logits", "hinge", "mse"),
        "multiclass": ("cross_entropy", "categorical_cross_entropy", "nll", "mse"),
    },
    "optimizer": dict.fromkeys(KINDS, ("sgd", "adam")),
}

DEFAULT_AXES: Mapping[Role, Axis] = {
    role: {kind: tuple(Choice.of(name) for name in names) for kind, names in by_kind.items()}
    for role, by_kind in _DEFAULT_NAMES.items()
}
"""What an axis holds that the config doesn't name: the usual functions, with usual mistakes among them."""


def read_axis(role: Role, value: object, rule: CodeRule = NO_CODE) -> Axis:
    """The axis; raises pydantic's `ValidationError` with every flaw in it."""
    flaws: list[Flaw] = []
    axis: Axis
    if isinstance(value, dict) and "name" not in value:
        axis = _read_by_kind(role, value, flaws, rule)
    else:
        axis = dict.fromkeys(KINDS, _read_choices(role, value, (), flaws, rule))
    if flaws:
        raise carried(flaws)
    return axis


def _read_by_kind(role: Role, value: Mapping[str, object], flaws: list[Flaw], rule: CodeRule) -> Axis:
    if not value:
        flaws.append(Flaw((), "must not be empty", _BY_KIND))
    axis: dict[Kind, tuple[Choice, ...]] = {}
    for key, listed in value.items():
        kind = next((kind for kind in KINDS if kind == key), None)
        if kind is None:
            flaws.append(Flaw((), f"unknown kind {shown(key)}", nearest(key, KINDS) or _BY_KIND, key=key))
        else:
            axis[kind] = _read_choices(role, listed, (kind,), flaws, rule)
    return axis


def _read_choices(role: Role, value: object, path: KeyPath, flaws: list[Flaw], rule: CodeRule) -> tuple[Choice, ...]:
    if value is None:
        flaws.append(Flaw(path, "has no value", "give it one, or remove the key"))
        return ()
    if value == []:
        flaws.append(Flaw(path, "must not be empty", f"name at least one {role}, or remove the key"))
        return ()
    entries = value if isinstance(value, list) else [value]
    paths = [(*path, i) for i in range(len(entries))] if isinstance(value, list) else [path]
    seen: list[tuple[KeyPath, Choice]] = []
    for entry, here in zip(entries, paths, strict=True):
        for choice in read_entry(role, entry, here, flaws, rule):
            if (repeat := _repeat(choice, seen)) is None:
                seen.append((here, choice))
            else:
                flaws.append(Flaw(here, *repeat))
    return tuple(choice for _, choice in seen)


def _repeat(choice: Choice, seen: Sequence[tuple[KeyPath, Choice]]) -> tuple[str, str] | None:
    """Message and hint where an earlier choice is the same function, or has the same label."""
    for path, other in seen:
        if (choice.name, choice.overrides) == (other.name, other.overrides):
            return f"repeats entry [{path[-1]}] of this list, '{other.label}'", "remove one of the two"
        if choice.label == other.label:
            return f"has the label of entry [{path[-1]}] of this list, '{other.label}'", "give it another with 'as:'"
    return None
