"""Claims about the time of a training step: measured on small stacks, one activation after another, many times over."""

import time
from collections.abc import Iterator

import numpy as np

from actloss_cli.catalogue import Choice, find_activation
from actloss_cli.claims.cases import make_case
from actloss_cli.claims.criterion import Criterion
from actloss_cli.claims.effects import rank_effect
from actloss_cli.claims.outcome import Case
from actloss_cli.claims.schema import StepTime
from actloss_cli.datasets import DatasetRef, load
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.trial import Pairing, Task, Trial
from actloss_cli.threads import single_thread

N_REPEATS, N_STEPS, N_TRIALS = 41, 20, 64
"""Rounds over all activations, steps of each in a round, models that train side by side."""


def compare_step_times(step_time: StepTime, criterion: Criterion) -> Iterator[Case]:
    """One case per other activation: the ratio of step times, round by round, so that a busy machine slows both."""
    names = [step_time.activation, *step_time.others]
    with single_thread():
        trainings = [_training(name) for name in names]
        for training in trainings:
            training.train_epoch(0, N_STEPS)
        seconds = np.array([[_time(training) for training in trainings] for _ in range(N_REPEATS)])
    ratios = np.log(seconds[:, :1] / seconds[:, 1:])
    for place, name in enumerate(step_time.others):
        yield make_case(name, N_REPEATS, 0, 1, rank_effect(ratios[:, place]), criterion, is_ratio=True)


def _training(activation: str) -> StackedTraining:
    dataset = load(DatasetRef("digits"), "multiclass")
    task = Task("digits", "multiclass", DatasetRef("digits"), dataset.fingerprint)
    names = (find_activation(activation).name, "identity", "cross_entropy", "adam")
    pairing = Pairing(*map(Choice.of, names))
    return StackedTraining([Trial(task, pairing, 0.001, "tune", seed) for seed in range(N_TRIALS)], dataset)


def _time(training: StackedTraining) -> float:
    start = time.perf_counter()
    training.train_epoch(0, N_STEPS)
    return time.perf_counter() - start
