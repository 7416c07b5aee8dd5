"""How many trials a config asks for, counted before any is made: a slip must not fill the memory."""

from math import prod

from actloss_cli.config.config import RunConfig, TaskConfig
from actloss_cli.config.entries import ROLES
from actloss_cli.errors import user_error
from actloss_cli.plan.learning_rates import base_grid


def count_trials(config: RunConfig) -> int:
    """Before patterns leave any out, and before any grid of learning rates is extended."""
    return sum(_count(task) for task in config.tasks)


def check_size(config: RunConfig, most: int) -> None:
    """Raises where the config asks for more trials than that."""
    n_trials = count_trials(config)
    if n_trials > most:
        raise user_error(
            f"'{config.name}' asks for {n_trials:,} trials, more than {most:,}",
            hint=f"name fewer functions, learning rates or seeds; or allow it: --max-trials {n_trials}",
        )


def _count(task: TaskConfig) -> int:
    of_others = prod(len(task.axes[role]) for role in ROLES if role != "optimizer")
    seeds = task.task.seeds
    rates = [len(base_grid(task.task.lr, optimizer)) for optimizer in task.axes["optimizer"]]
    return of_others * sum(n * seeds.tune + seeds.final for n in rates)
