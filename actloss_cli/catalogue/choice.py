"""A function as a config asks for it: a catalogue name, the hyperparameters that differ from its defaults, a label."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from actloss_cli.catalogue.spec import Hyper, HyperValue, Spec

CODE_PREFIX = "python:"
"""Begins the name of a function of a user's own module."""


@dataclass(frozen=True)
class Code:
    """Which code stands behind a name that is not the catalogue's."""

    digest: str
    """Of the file that defines it, so that a trial's id follows the code."""
    folders: tuple[str, ...] = field(default=(), compare=False)
    """Where its module is looked for besides what is installed."""
    file: str = field(default="", compare=False)
    """That defines it; "" for what is built in."""


@dataclass(frozen=True)
class Choice:
    """One value of a grid axis. `name` is the catalogue's own name, never an alias."""

    name: str
    overrides: tuple[tuple[str, HyperValue], ...] = ()
    """Settings that differ from the declaration's defaults, sorted by name."""
    label: str = ""
    code: Code | None = None
    """None for a function of the catalogue."""

    @classmethod
    def of(cls, name: str, overrides: Hyper | None = None, label: str = "", code: Code | None = None) -> "Choice":
        """Sorts the overrides and, without a label, builds one: `sgd(momentum=0.9)`."""
        pairs = tuple(sorted((overrides or {}).items()))
        inside = ", ".join(f"{key}={_show(value)}" for key, value in pairs)
        short = name.removeprefix(CODE_PREFIX)
        return cls(name, pairs, label or (f"{short}({inside})" if inside else short), code)

    def settings(self, spec: Spec) -> Mapping[str, HyperValue]:
        """All settings: the declaration's defaults under this choice's overrides."""
        return {**spec.settings, **dict(self.overrides)}

    def hyper(self, spec: Spec) -> Mapping[str, HyperValue]:
        """Of all settings, the function's own hyperparameters."""
        return spec.own(self.settings(spec))


def _show(value: HyperValue) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return value
        case tuple():
            return "[" + ", ".join(map(_show, value)) + "]"
        case _:
            # Two values that differ have labels that differ.
            short = f"{value:g}"
            return short if float(short) == value else repr(value)
