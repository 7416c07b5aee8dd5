"""A config to its grid: every combination on every task, minus what is excluded."""

from collections.abc import Sequence
from itertools import product

from actloss_cli.config.config import RunConfig, TaskConfig
from actloss_cli.config.entries import ROLES
from actloss_cli.config.exclusion import covered, leaves_out
from actloss_cli.config.schema import Pattern
from actloss_cli.plan.trial import Pairing, TaskGrid


def expand(config: RunConfig) -> tuple[TaskGrid, ...]:
    """The tasks in the config's order; of each the full product, activation slowest, then output, loss, optimizer."""
    return tuple(TaskGrid(task.task, remaining_pairings(task, config.exclude)) for task in config.tasks)


def remaining_pairings(task: TaskConfig, exclude: Sequence[Pattern]) -> tuple[Pairing, ...]:
    """The product of the task's axes without what the patterns, these and the task's own, leave out."""
    reaches = [covered(pattern, task.task, task.axes) for pattern in (*exclude, *task.exclude)]
    pairings = (Pairing(*choices) for choices in product(*(task.axes[role] for role in ROLES)))
    return tuple(p for p in pairings if not any(leaves_out(reach, p) for reach in reaches))
