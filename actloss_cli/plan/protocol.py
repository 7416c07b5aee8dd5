"""Which trials a pairing needs, given those that are there: tune, extend the grid, then final trials. Pure.

Running a plan is asking this again until nothing is missing; so is resuming it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actloss_cli.plan.learning_rates import EXTRA_POINTS_A_SIDE, base_grid, may_extend, round_lr
from actloss_cli.plan.selection import LrChoice, choose_lr, extend_grid
from actloss_cli.plan.trial import Pairing, Task, Trial


@dataclass(frozen=True)
class Asked:
    """All trials that a pairing asks for by now; `missing` are those not seen yet, `later` the least still to come."""

    trials: tuple[Trial, ...]
    missing: tuple[Trial, ...]
    later: int


ValidationCurves = Mapping[str, NDArray[np.float32]]
"""Validation score `[E]` of each trial that is there, by id; NaN where it did not get to."""


def ask(task: Task, pairing: Pairing, floor: float, seen: ValidationCurves) -> Asked:
    """The trials of one valid pairing, as far as the seen ones decide them."""
    tune = _tune_trials(task, pairing, base_grid(task.lr, pairing.optimizer))
    while not (missing := _unseen(tune, seen)):
        grid = tuple(sorted({trial.lr for trial in tune}))
        choice = _choose(grid, tune, seen, floor)
        longer = _extended(task, pairing, grid, choice)
        if longer == grid:
            final = tuple(Trial(task, pairing, choice.lr, "final", seed) for seed in task.seeds.of("final"))
            return Asked(tune + final, _unseen(final, seen), 0)
        tune = _tune_trials(task, pairing, longer)
    return Asked(tune, missing, task.seeds.final)


def _tune_trials(task: Task, pairing: Pairing, grid: tuple[float, ...]) -> tuple[Trial, ...]:
    return tuple(Trial(task, pairing, lr, "tune", seed) for lr in grid for seed in task.seeds.of("tune"))


def _unseen(trials: tuple[Trial, ...], seen: ValidationCurves) -> tuple[Trial, ...]:
    return tuple(trial for trial in trials if trial.id not in seen)


def _choose(grid: tuple[float, ...], tune: tuple[Trial, ...], seen: ValidationCurves, floor: float) -> LrChoice:
    curves = np.stack([seen[trial.id] for trial in tune])
    return choose_lr(np.array(grid), curves.reshape(len(grid), -1, curves.shape[1]), floor)


def _extended(task: Task, pairing: Pairing, grid: tuple[float, ...], choice: LrChoice) -> tuple[float, ...]:
    """The grid with one more point where the winner lies at an edge that may still move."""
    if choice.at_edge is None or not may_extend(task.lr):
        return grid
    base = base_grid(task.lr, pairing.optimizer)
    added = sum(lr < base[0] for lr in grid) if choice.at_edge == "low" else sum(lr > base[-1] for lr in grid)
    if added >= EXTRA_POINTS_A_SIDE:
        return grid
    return tuple(sorted({*grid, round_lr(extend_grid(np.array(grid), choice.at_edge))}))
