"""Estimates how long a plan takes, from a few timed steps of some of the stacks that it starts with."""

import time
from collections import defaultdict
from dataclasses import dataclass

from actloss_cli.datasets import load
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.learning_rates import base_grid
from actloss_cli.plan.plan import Group, Plan, PlannedPairing
from actloss_cli.plan.stacks import choose_way, count_stacks
from actloss_cli.plan.trial import Stack, Trial, Way
from actloss_cli.threads import single_thread

WARM_UP_STEPS = 2
TIMED_STEPS = 8
GROUPS_PER_TASK = 4
HELD_OUT_SHARE = 1.25
"""What validation, tests and starting add to the training steps."""
START_S = 3.5
"""Until the first stack trains: imports, the config, the data."""


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
class _GroupSize:
    """What one group asks for; counted, since a plan may have more trials than memory has room for."""

    group: Group
    n_tune: int
    n_final: int
    n_stacks: int
    way: Way

    @property
    def n_trials(self) -> int:
        return self.n_tune + self.n_final


def measure(plan: Plan) -> dict[str, TaskSize]:
    """Sizes per task, with the time from a short calibration on this machine."""
    pairings: defaultdict[str, list[PlannedPairing]] = defaultdict(list)
    for planned in plan.pairings:
        pairings[planned.facts.task.label].append(planned)
    groups: defaultdict[str, list[_GroupSize]] = defaultdict(list)
    for group in plan.groups():
        groups[group.key[0]].append(_count(group))
    return {label: _size(rows, groups[label]) for label, rows in pairings.items()}


def wall_time(sizes: dict[str, TaskSize], n_workers: int) -> float:
    """Seconds for the whole plan on that many workers."""
    return START_S + sum(size.seconds for size in sizes.values()) / n_workers


def _count(group: Group) -> _GroupSize:
    first = group.pairings[0]
    task = first.facts.task
    n_tune = len(group.pairings) * len(base_grid(task.lr, first.pairing.optimizer)) * task.seeds.tune
    n_final = len(group.pairings) * task.seeds.final
    like = Trial(task, first.pairing, 1.0, "final", 0)
    n_stacks = sum(count_stacks(n, like, first.facts.n_features, first.n_units) for n in (n_tune, n_final))
    return _GroupSize(group, n_tune, n_final, n_stacks, choose_way(like))


def _size(pairings: list[PlannedPairing], groups: list[_GroupSize]) -> TaskSize:
    facts = pairings[0].facts
    epoch_steps = facts.task.training.epochs * facts.steps_per_epoch
    sizes_of: dict[Way, list[_GroupSize]] = {"stack": [], "loop": []}
    for size in groups:
        sizes_of[size.way].append(size)
    seconds = sum(
        sum(size.n_trials for size in sizes) * epoch_steps * _time_model_step(sizes) for sizes in sizes_of.values()
    )
    n_tune, n_final = sum(size.n_tune for size in groups), sum(size.n_final for size in groups)
    return TaskSize(
        n_pairings=len(pairings),
        n_invalid=sum(bool(planned.invalid) for planned in pairings),
        n_tune=n_tune,
        n_final=n_final,
        n_stacks=sum(size.n_stacks for size in groups),
        n_loop=sum(size.n_trials for size in sizes_of["loop"]),
        model_steps=(n_tune + n_final) * epoch_steps,
        seconds=seconds * HELD_OUT_SHARE,
    )


def _time_model_step(groups: list[_GroupSize]) -> float:
    """Mean seconds per model-step over the first stacks of a sample of groups, on one thread."""
    sample = groups[:: max(1, len(groups) // GROUPS_PER_TASK)][:GROUPS_PER_TASK]
    with single_thread():
        times = [_time_steps(_first_stack(size.group)) for size in sample]
    return sum(times) / len(times) if times else 0.0


def _first_stack(group: Group) -> Stack:
    return group.stacks(trial for planned in group.pairings for trial in planned.ask({}).missing)[0]


def _time_steps(stack: Stack) -> float:
    """Of one stack; of trials that are not stacked, the first one's."""
    task = stack.trials[0].task
    dataset = load(task.dataset, task.kind)
    training: StackedTraining | PlainTraining
    if stack.way == "stack":
        training, n_trials = StackedTraining(stack.trials, dataset), len(stack.trials)
    else:
        training, n_trials = PlainTraining(stack.trials[0], dataset), 1
    training.train_epoch(0, WARM_UP_STEPS)
    start = time.perf_counter()
    training.train_epoch(0, TIMED_STEPS)
    return (time.perf_counter() - start) / min(TIMED_STEPS, training.steps_per_epoch) / n_trials
