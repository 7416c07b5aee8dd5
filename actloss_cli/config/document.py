"""A config as read: plain values, where each stands in the text, and how a flaw becomes a problem with a place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from actloss_cli.config.flaw import Flaw, KeyPath, key_path_text
from actloss_cli.errors import Problem


@dataclass(frozen=True)
class Origin:
    """Where YAML text came from: the config file, a mapping of Python's, or one `--set`."""

    source: str
    """As problems name it: the file's path, or the option as it was typed."""
    folder: Path
    """What relative paths in the text start from."""
    rank: int = 0
    """0 for the file, -1 for a mapping, from 1 for each `--set`: the order in which problems are listed."""
    path: KeyPath = ()
    """Where in the config the text's value belongs."""


@dataclass(frozen=True)
class Mark:
    """The place of a value or a key; lines and columns count from 1."""

    origin: Origin
    line: int
    column: int

    def __str__(self) -> str:
        """`x.yaml:5:14`; for what has no lines that a user sees, its source alone: for a `--set`, the option itself."""
        return self.origin.source if self.origin.rank else f"{self.origin.source}:{self.line}:{self.column}"

    @property
    def order(self) -> tuple[int, int, int]:
        """The file from top to bottom, then each `--set`."""
        return self.origin.rank, self.line, self.column


Located: TypeAlias = tuple[Mark, Problem]


def locate(flaw: Flaw, mark: Mark) -> Located:
    """The flaw as a problem at that place: `x.yaml:5:14: activation[2]`.

    A `--set` itself says the path to its value, which is not said twice.
    """
    path = key_path_text(flaw.path) if len(flaw.path) > len(mark.origin.path) else ""
    return mark, Problem(flaw.message, f"{mark}: {path}" if path else str(mark), flaw.hint)


def sorted_problems(located: Iterable[Located]) -> tuple[Problem, ...]:
    """From top to bottom of the file, then of each `--set`."""
    return tuple(problem for _, problem in sorted(located, key=lambda pair: pair[0].order))


@dataclass(frozen=True)
class Document:
    """The values of a config, and where each value and each key stands."""

    value: Any
    marks: Mapping[KeyPath, Mark]
    key_marks: Mapping[KeyPath, Mark]
    problems: tuple[Located, ...]
    """Flaws of form that left the rest readable: duplicate keys, unknown tags, numbers out of reach."""
    unreadable: frozenset[KeyPath]
    """Values that stand for such a flaw; nothing more is to be said about them."""

    def mark(self, path: KeyPath) -> Mark:
        """Of the value there, or of the nearest that contains it."""
        while path not in self.marks:
            path = path[:-1]
        return self.marks[path]

    def locate(self, flaws: Iterable[Flaw]) -> list[Located]:
        """The flaws with their places, without those about unreadable values."""
        return [
            locate(flaw, (self.key_marks.get((*flaw.path, flaw.key)) if flaw.key else None) or self.mark(flaw.path))
            for flaw in flaws
            if not any(flaw.path[: len(path)] == path for path in self.unreadable)
        ]
