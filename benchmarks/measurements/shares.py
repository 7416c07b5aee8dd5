"""Where a stack's time goes: preparation, training steps, and what follows them (validation, metrics, tests)."""

import time
from dataclasses import dataclass

import torch
from torch import Tensor

from actloss_cli.datasets import load
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.trial import Stack
from benchmarks.jobs import Work
from benchmarks.measurements.stack_sample import packed_stacks, sample_groups


@dataclass(frozen=True)
class Shares:
    """Seconds over whole trainings of a sample of the main grid's stacks, one value per repetition."""

    phase: str
    n_stacks: int
    prepare_s: list[float]
    train_s: list[float]
    rest_s: list[float]


class _TimedTraining(StackedTraining):
    """Notes how long its training steps take."""

    train_s = 0.0

    def train_epoch(self, epoch: int, max_steps: int | None = None) -> Tensor:
        start = time.perf_counter()
        loss = super().train_epoch(epoch, max_steps)
        self.train_s += time.perf_counter() - start
        return loss


def measure_shares(work: Work, n_groups: int, repetitions: int) -> list[Shares]:
    """Tune stacks, which validate, and final ones, which are tested too."""
    torch.set_num_threads(1)
    stacks = [stack for group in sample_groups(work.plan(), n_groups) for stack in packed_stacks(group)]
    _time_stack(stacks[0])
    found = []
    for phase in ("tune", "final"):
        chosen = [stack for stack in stacks if stack.trials[0].phase == phase]
        times = [[_time_stack(stack) for stack in chosen] for _ in range(repetitions)]
        prepare, train, rest = ([sum(part[k] for part in repetition) for repetition in times] for k in range(3))
        found.append(Shares(phase, len(chosen), prepare, train, rest))
    return found


def _time_stack(stack: Stack) -> tuple[float, float, float]:
    """Seconds of preparation, of training steps, and of all else."""
    task = stack.trials[0].task
    dataset = load(task.dataset, task.kind)
    start = time.perf_counter()
    training = _TimedTraining(stack.trials, dataset)
    ready = time.perf_counter()
    training.run()
    run_s = time.perf_counter() - ready
    return ready - start, training.train_s, run_s - training.train_s
