"""Which pairings of a task a pattern leaves out."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TypeAlias

from actloss_cli.catalogue import Choice, UnknownFunction
from actloss_cli.catalogue.lookup import FIND
from actloss_cli.config.entries import ROLES, Role
from actloss_cli.config.schema import Pattern
from actloss_cli.plan.trial import Pairing, Task

Axes: TypeAlias = Mapping[Role, tuple[Choice, ...]]
"""The choices of one task."""


def covered(pattern: Pattern, task: Task, axes: Axes) -> Axes:
    """The choices on each axis that the pattern covers; all empty where it covers no pairing of the task."""
    found = {role: covered_choices(role, getattr(pattern, role), axes[role]) for role in ROLES}
    if covers_task(pattern, task) and all(found.values()):
        return found
    return dict.fromkeys(ROLES, ())


def covers_task(pattern: Pattern, task: Task) -> bool:
    """Whether the pattern's task, kind and dataset fit; a task's label stands for it under each of its models."""
    return (
        (fnmatchcase(task.label, pattern.task) or fnmatchcase(task.label.partition("/")[0], pattern.task))
        and fnmatchcase(task.kind, pattern.kind)
        and fnmatchcase(task.dataset.name, pattern.dataset)
    )


def leaves_out(reach: Axes, pairing: Pairing) -> bool:
    """Whether the pairing is among those that a pattern with this reach covers."""
    return all(getattr(pairing, role) in reach[role] for role in ROLES)


def covered_choices(role: Role, text: str, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """The choices on one axis that a pattern's text covers.

    A text that is an entry's label means that entry alone; else it covers labels and catalogue names, with the
    wildcards `*`, `?` and `[...]`.
    """
    if exact := tuple(choice for choice in choices if choice.label == text):
        return exact
    try:
        name = FIND[role](text).name
    except UnknownFunction:
        name = text
    return tuple(c for c in choices if c.name == name or fnmatchcase(c.name, text) or fnmatchcase(c.label, text))
