"""Any pairings of one table as a config: the axes that hold them, and patterns that leave other combinations out."""

import re
from collections.abc import Collection, Iterator, Sequence

from actloss_cli.config.config import RunConfig, TaskConfig
from actloss_cli.config.entries import Role
from actloss_cli.config.exclusion import Axes
from actloss_cli.config.schema import Pattern
from actloss_cli.config.wording import label_problem, run_name_problem
from actloss_cli.plan.trial import Pairing, Task

_NESTED: tuple[Role, ...] = ("output", "loss", "activation", "optimizer")
"""Heads first: what is left out is mostly an output under a loss."""
_LONGEST = 40


def run_name(stem: str) -> str:
    """Of the folder of results of a file of that name."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"recommend-{stem}")[:_LONGEST].rstrip(".")
    assert not run_name_problem(name), name
    return name


def task_label(stem: str) -> str:
    """The file's name where it can be a label."""
    return run_name(stem).removeprefix("recommend-") or "data" if label_problem(stem) else stem


def config_of(name: str, task: Task, pairings: Sequence[Pairing]) -> RunConfig:
    """The config whose grid is these pairings, in the order of the axes."""
    axes: Axes = {role: tuple(dict.fromkeys(getattr(pairing, role) for pairing in pairings)) for role in _NESTED}
    return RunConfig(name, (TaskConfig(task, axes, tuple(_left_out(axes, pairings))),))


def _left_out(axes: Axes, kept: Collection[Pairing], fixed: tuple[tuple[Role, str], ...] = ()) -> Iterator[Pattern]:
    """Below some fixed functions: the first role's choices that no kept pairing has, then what the others lack."""
    role = _NESTED[len(fixed)]
    for choice in axes[role]:
        below = [pairing for pairing in kept if getattr(pairing, role) == choice]
        path = (*fixed, (role, choice.label))
        if not below:
            yield Pattern(**dict(path))
        elif len(path) < len(_NESTED):
            yield from _left_out(axes, below, path)
