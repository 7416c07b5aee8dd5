"""Estimates how long a plan takes, from a few timed steps of the stacks that it starts with."""

import time
from collections import defaultdict
from dataclasses import dataclass

import torch

from actloss_cli.datasets import load
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
    model_steps: int
    seconds: float
    """On one core."""


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
    task = pairings[0].facts.task
    n_valid = sum(not planned.invalid for planned in pairings)
    n_tune = sum(len(stack.trials) for stack in tune)
    n_final = n_valid * task.seeds.final
    step_s, steps_per_epoch = _time_model_step(tune)
    model_steps = (n_tune + n_final) * task.training.epochs * steps_per_epoch
    return TaskSize(
        n_pairings=len(pairings),
        n_invalid=len(pairings) - n_valid,
        n_tune=n_tune,
        n_final=n_final,
        n_stacks=len(tune) + n_final_stacks,
        model_steps=model_steps,
        seconds=model_steps * step_s * HELD_OUT_SHARE,
    )


def _time_model_step(stacks: list[Stack]) -> tuple[float, int]:
    """Mean seconds per model-step over a sample of stacks, on one thread; and the steps of one epoch."""
    if not stacks:
        return 0.0, 0
    sample = stacks[:: max(1, len(stacks) // STACKS_PER_TASK)][:STACKS_PER_TASK]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        trainings = [_training(stack) for stack in sample]
        times = [_time_steps(training) / len(stack.trials) for training, stack in zip(trainings, sample, strict=True)]
    finally:
        torch.set_num_threads(threads)
    return sum(times) / len(times), trainings[0].feed.steps_per_epoch


def _training(stack: Stack) -> StackedTraining:
    task = stack.trials[0].task
    return StackedTraining(stack.trials, load(task.dataset, task.kind))


def _time_steps(training: StackedTraining) -> float:
    training.train_epoch(0, WARM_UP_STEPS)
    start = time.perf_counter()
    training.train_epoch(0, TIMED_STEPS)
    return (time.perf_counter() - start) / min(TIMED_STEPS, training.feed.steps_per_epoch)
