"""Estimates how long a plan takes, from a few timed steps of the stacks that it starts with."""

import time
from collections import defaultdict
from dataclasses import dataclass

import torch

from actloss_cli import catalogue
from actloss_cli.datasets import load
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.plan import Plan, PlannedPairing
from actloss_cli.plan.stacks import stack_trials
from actloss_cli.plan.trial import Stack, Trial

WARM_UP_STEPS = 2
TIMED_STEPS = 8
STACKS_PER_TASK = 4
HELD_OUT_SHARE = 1.25
"""What validation, tests and starting add to the training steps."""
START_S = 4.0
"""Starting the workers, each of which imports torch."""


@dataclass(frozen=True)
class TaskSize:
    """What one task asks for, before any grid of learning rates is extended."""

    n_pairings: int
    n_invalid: int
    n_tune: int
    n_final: int
    n_stacks: int
    n_loop: int
    """Trials that the plain loop trains, one after another."""
    model_steps: int
    seconds: float
    """On one core."""


@dataclass(frozen=True)
class _Share:
    """What is trained one way: its first stacks, and how many trials it has in all."""

    tune: list[Stack]
    n_trials: int


def measure(plan: Plan) -> dict[str, TaskSize]:
    """Sizes per task, with the time from a short calibration on this machine."""
    by_task: defaultdict[str, list[PlannedPairing]] = defaultdict(list)
    for planned in plan.pairings:
        by_task[planned.facts.task.label].append(planned)
    tune_stacks: defaultdict[str, list[Stack]] = defaultdict(list)
    final_stacks: defaultdict[str, int] = defaultdict(int)
    for group in plan.groups():
        label = group.key[0]
        tune_stacks[label] += group.stacks(trial for planned in group.pairings for trial in planned.ask({}).missing)
        first = group.pairings[0]
        finals = [trial for planned in group.pairings for trial in _finals(planned)]
        final_stacks[label] += len(stack_trials(finals, first.facts.n_features, first.n_units))
    return {label: _size(rows, tune_stacks[label], final_stacks[label]) for label, rows in by_task.items()}


def wall_time(sizes: dict[str, TaskSize], n_workers: int) -> float:
    """Seconds for the whole plan on that many workers."""
    return START_S + sum(size.seconds for size in sizes.values()) / n_workers


def _finals(planned: PlannedPairing) -> list[Trial]:
    """Final trials at a stand-in for the learning rate that tuning will choose."""
    task = planned.facts.task
    return [Trial(task, planned.pairing, 1.0, "final", seed) for seed in range(task.seeds.final)]


def _size(pairings: list[PlannedPairing], tune: list[Stack], n_final_stacks: int) -> TaskSize:
    facts = pairings[0].facts
    task = facts.task
    valid = [planned for planned in pairings if not planned.invalid]
    n_tune = sum(len(stack.trials) for stack in tune)
    n_final = len(valid) * task.seeds.final
    n_loop_finals = sum(not _stackable(planned.pairing.optimizer.name) for planned in valid) * task.seeds.final
    stacked = _share([stack for stack in tune if _is_stacked(stack)], n_final - n_loop_finals)
    looped = _share([stack for stack in tune if not _is_stacked(stack)], n_loop_finals)
    epoch_steps = task.training.epochs * facts.steps_per_epoch
    seconds = sum(share.n_trials * epoch_steps * _time_model_step(share.tune) for share in (stacked, looped))
    return TaskSize(
        n_pairings=len(pairings),
        n_invalid=len(pairings) - len(valid),
        n_tune=n_tune,
        n_final=n_final,
        n_stacks=len(tune) + n_final_stacks,
        n_loop=looped.n_trials,
        model_steps=(n_tune + n_final) * epoch_steps,
        seconds=seconds * HELD_OUT_SHARE,
    )


def _share(tune: list[Stack], n_final: int) -> _Share:
    return _Share(tune, sum(len(stack.trials) for stack in tune) + n_final)


def _stackable(optimizer: str) -> bool:
    return catalogue.optimizer(optimizer).stackable


def _is_stacked(stack: Stack) -> bool:
    return _stackable(stack.trials[0].pairing.optimizer.name)


def _time_model_step(stacks: list[Stack]) -> float:
    """Mean seconds per model-step over a sample of stacks, on one thread."""
    sample = stacks[:: max(1, len(stacks) // STACKS_PER_TASK)][:STACKS_PER_TASK]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        times = [_time_steps(stack) for stack in sample]
    finally:
        torch.set_num_threads(threads)
    return sum(times) / len(times) if times else 0.0


def _time_steps(stack: Stack) -> float:
    """Of one stack; of trials that are not stacked, the first one's."""
    task = stack.trials[0].task
    dataset = load(task.dataset, task.kind)
    training: StackedTraining | PlainTraining
    if _is_stacked(stack):
        training, n_trials = StackedTraining(stack.trials, dataset), len(stack.trials)
    else:
        training, n_trials = PlainTraining(stack.trials[0], dataset), 1
    training.train_epoch(0, WARM_UP_STEPS)
    start = time.perf_counter()
    training.train_epoch(0, TIMED_STEPS)
    return (time.perf_counter() - start) / min(TIMED_STEPS, training.steps_per_epoch) / n_trials
