"""The engine's own choice of way against the plain loop, over sizes of models and minibatches, on one thread each."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from actloss_cli.catalogue import Choice
from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.datasets import Dataset, load
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.route import train_stack
from actloss_cli.plan.plan import make_plan
from actloss_cli.plan.stacks import choose_way, largest_stack
from actloss_cli.plan.trial import ModelSpec, Pairing, Stack, Task, TrainingSpec, Trial, Way

CONFIG = "benchmarks/job.yaml"
TASK = "digits"
CPU = torch.device("cpu")
RATES = (1e-4, 3e-4, 1e-3, 3e-3)
MOST_EPOCHS = 30
"""As in a real run, so that starting a training weighs what it does there."""


@dataclass(frozen=True)
class SizeCell:
    """Microseconds per model-step of whole trainings, validation included, one value per repetition."""

    hidden: int
    depth: int
    batch_size: int
    n_trials: int
    """In our stack, as a plan sizes it."""
    actloss_us: list[float]
    plain_us: list[float]


def measure_sizes(
    hidden: Sequence[int], depths: Sequence[int], batch_sizes: Sequence[int], repetitions: int, cell_s: float
) -> list[SizeCell]:
    """ReLU, cross-entropy and Adam on digits in every cell; ours and the loop in turn."""
    torch.set_num_threads(1)
    facts = make_plan(expand(load_config(CONFIG))).tasks[TASK]
    dataset = load(facts.task.dataset, facts.task.kind)
    _time_plain(_trials(facts.task, 1)[0], dataset)  # loads what only the first training has to
    cells = []
    for width, depth, batch_size in itertools.product(hidden, depths, batch_sizes):
        task = replace(facts.task, model=ModelSpec((width,) * depth), training=TrainingSpec(1, batch_size))
        epochs = max(1, min(MOST_EPOCHS, round(cell_s / _time_plain(_trials(task, 1)[0], dataset))))
        task = replace(task, training=TrainingSpec(epochs, batch_size))
        like = _trials(task, 1)[0]
        n_trials = largest_stack(like, facts.n_features, facts.n_classes)
        way = choose_way(like)
        steps_per_epoch = -(-facts.n_train // batch_size)
        cells.append(_measure_cell(_trials(task, n_trials), way, dataset, steps_per_epoch, repetitions))
    return cells


def _measure_cell(trials: list[Trial], way: Way, dataset: Dataset, steps_per_epoch: int, repetitions: int) -> SizeCell:
    task = trials[0].task
    n_steps = task.training.epochs * steps_per_epoch
    train_stack(Stack(tuple(trials[:2]), way), dataset, CPU)
    ours, plain = [], []
    for _ in range(repetitions):
        start = time.perf_counter()
        train_stack(Stack(tuple(trials), way), dataset, CPU)
        ours.append((time.perf_counter() - start) / n_steps / len(trials) * 1e6)
        plain.append(_time_plain(trials[0], dataset) / n_steps * 1e6)
    width = task.model.units[0]
    return SizeCell(width, task.model.n_hidden, task.training.batch_size, len(trials), ours, plain)


def _time_plain(trial: Trial, dataset: Dataset) -> float:
    start = time.perf_counter()
    PlainTraining(trial, dataset).run()
    return time.perf_counter() - start


def _trials(task: Task, n: int) -> list[Trial]:
    names = ("relu", "identity", "cross_entropy", "adam")
    pairing = Pairing(*(Choice.of(name) for name in names))
    return [Trial(task, pairing, RATES[k % len(RATES)], "tune", k // len(RATES)) for k in range(n)]
