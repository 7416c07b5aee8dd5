"""The training loop alone against the matrix products in it, on one thread."""

import time
from dataclasses import dataclass

import torch

from actloss_cli.datasets import load
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.trial import Stack
from benchmarks.contenders.products import StackShape, products_step, shape_of
from benchmarks.jobs import Work
from benchmarks.measurements.stack_sample import packed_stacks, sample_groups, sized_stack

PACKED = "as packed"


@dataclass(frozen=True)
class LoopFloor:
    """Microseconds per model-step over a sample of the main grid's groups, one value per repetition."""

    size: str
    """Trials a stack, or `as packed`."""
    n_stacks: int
    loop_us: list[float]
    products_us: list[float]


@dataclass(frozen=True)
class _Epoch:
    """Seconds of one epoch of a stack, in each repetition."""

    loop_s: list[float]
    products_s: list[float]
    model_steps: int


def measure_loop_floor(work: Work, n_groups: int, sizes: tuple[int, ...], repetitions: int) -> list[LoopFloor]:
    """The main grid's own stacks first, then stacks of each size made from the same groups."""
    torch.set_num_threads(1)
    groups = sample_groups(work.plan(), n_groups)
    by_size = {PACKED: [(stack, group) for group in groups for stack in packed_stacks(group)]}
    by_size |= {str(size): [(sized_stack(group, size), group) for group in groups] for size in sizes}
    return [
        _summed(size, [_time_epoch(stack, shape_of(stack, group.pairings[0]), repetitions) for stack, group in stacks])
        for size, stacks in by_size.items()
    ]


def _time_epoch(stack: Stack, shape: StackShape, repetitions: int) -> _Epoch:
    """An epoch of the loop and its products in turn; the first of each warms up."""
    task = stack.trials[0].task
    training = StackedTraining(stack.trials, load(task.dataset, task.kind))
    step = products_step(shape)
    loop_s, products_s = [], []
    for repetition in range(repetitions + 1):
        start = time.perf_counter()
        training.train_epoch(repetition)
        middle = time.perf_counter()
        for _ in range(training.steps_per_epoch):
            step()
        loop_s.append(middle - start)
        products_s.append(time.perf_counter() - middle)
    return _Epoch(loop_s[1:], products_s[1:], len(stack.trials) * training.steps_per_epoch)


def _summed(size: str, epochs: list[_Epoch]) -> LoopFloor:
    n_steps = sum(epoch.model_steps for epoch in epochs)
    loop, products = (
        [sum(values) / n_steps * 1e6 for values in zip(*(getattr(e, name) for e in epochs), strict=True)]
        for name in ("loop_s", "products_s")
    )
    return LoopFloor(size, len(epochs), loop, products)
