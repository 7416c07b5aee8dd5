"""The floor: a training step's matrix products alone, through `torch.bmm` into buffers, in a stack's own order."""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from joblib import Parallel, delayed

from actloss_cli.plan.plan import PlannedPairing
from actloss_cli.plan.trial import Stack
from benchmarks.jobs import Job

WARM_UP_STEPS = 3


@dataclass(frozen=True)
class StackShape:
    """What the products of a stack depend on."""

    T: int
    widths: tuple[int, ...]
    """Of features, hidden layers, output."""
    B: int


def products_step(shape: StackShape) -> Callable[[], None]:
    """A function that does one step's products: forward, then per layer the weights' gradient and the one below."""
    T, B, widths = shape.T, shape.B, shape.widths
    W = [torch.randn(T, n_out, n_in) for n_in, n_out in itertools.pairwise(widths)]
    h = [torch.randn(T, n, B) for n in widths]
    z, below = ([torch.empty(T, n, B) for n in widths] for _ in range(2))
    grad = [torch.empty_like(weight) for weight in W]

    def step() -> None:
        for k, weight in enumerate(W):
            torch.bmm(weight, h[k], out=z[k + 1])
        for k in reversed(range(len(W))):
            torch.bmm(h[k + 1], h[k].transpose(1, 2), out=grad[k])
            if k:
                torch.bmm(W[k].transpose(1, 2), h[k + 1], out=below[k])

    return step


def time_products(shape: StackShape, n_steps: int) -> float:
    """Seconds of one step on one thread, the mean of n_steps."""
    torch.set_num_threads(1)
    step = products_step(shape)
    for _ in range(WARM_UP_STEPS):
        step()
    start = time.perf_counter()
    for _ in range(n_steps):
        step()
    return (time.perf_counter() - start) / n_steps


def shape_of(stack: Stack, planned: PlannedPairing) -> StackShape:
    """Of a stack, to which the pairing belongs."""
    task = planned.facts.task
    widths = (planned.facts.n_features, *task.model.units, planned.n_units)
    return StackShape(len(stack.trials), widths, task.training.batch_size)


def stack_shapes(job: Job) -> dict[StackShape, int]:
    """Shapes of the stacks that a run of the job packs, with the steps that all stacks of a shape take together."""
    shapes: dict[StackShape, int] = {}
    for stack, planned in job.stacks():
        shape = shape_of(stack, planned)
        n_steps = planned.facts.task.training.epochs * planned.facts.steps_per_epoch
        shapes[shape] = shapes.get(shape, 0) + n_steps
    return shapes


def floor_seconds(job: Job, n_workers: int, n_steps: int = 100) -> float:
    """Wall time of all the job's products on all workers, from n_steps of each shape with every core at work."""
    shapes = stack_shapes(job)
    with Parallel(n_jobs=n_workers, batch_size=1) as pool:
        pool(delayed(time_products)(shape, 1) for shape in list(shapes)[:1] * n_workers)
        times: Sequence[float] = pool(
            delayed(time_products)(shape, n_steps) for shape in shapes for _ in range(n_workers)
        )
    per_shape = [sum(times[k * n_workers : (k + 1) * n_workers]) / n_workers for k in range(len(shapes))]
    return sum(seconds * n for seconds, n in zip(per_shape, shapes.values(), strict=True)) / n_workers
