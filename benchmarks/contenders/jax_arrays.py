"""Trials' data as plain arrays for the JAX contender: rows, their order, weights, where models start."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from actloss_cli.catalogue.spec import Coding
from actloss_cli.datasets import Dataset, load
from actloss_cli.engine.head import Head, head_for
from actloss_cli.engine.problem import Part, epoch_order, problem_for
from actloss_cli.plan.trial import Pairing, Task, Trial
from benchmarks.contenders.starts import starts_of

CPU = torch.device("cpu")


def arrays_of(trials: Sequence[Trial]) -> dict[str, NDArray[Any]]:
    """What all trials of one task, phase and number of units share. S seeds, E epochs, K minibatches of B rows.

    X_* `[S, N, D]`; y_* `[S, N]` standardised, or class indices and with them w_* `[S, N]`, the weight of each row in
    balanced accuracy; rows `[S, E, K, B]` of each minibatch, the last one filled up with its first row; weights
    `[K, B]` of the rows, 0 for those; W0.. `[S, O, I]`, b0.. `[S, O]`.
    """
    task, phase = trials[0].task, trials[0].phase
    dataset = load(task.dataset, task.kind)
    coding = Coding("standardised" if task.kind == "regression" else "index")
    seeds = sorted({trial.seed for trial in trials})
    problems = [problem_for(dataset, phase, seed, coding, 1, torch.float32, CPU) for seed in seeds]
    parts = {"train": [p.train for p in problems], "validation": [p.validation for p in problems]}
    if phase == "final":
        parts["test"] = [p.test for p in problems]
    arrays: dict[str, NDArray[Any]] = {}
    for name, of_seeds in parts.items():
        arrays |= _stacked(name, of_seeds, is_scored=name != "train" and task.kind != "regression")
    rows = [_minibatches(dataset, trials[0], seed, len(problems[0].train.y)) for seed in seeds]
    arrays["rows"] = np.stack([of_seed for of_seed, _ in rows])
    arrays["weights"] = rows[0][1]
    n_units = head_of(task, trials[0].pairing).n_units
    starts = [starts_of(task, phase, seed, dataset.X.shape[1], n_units) for seed in seeds]
    for depth, layer in enumerate(zip(*starts, strict=True)):
        arrays[f"W{depth}"] = np.stack([W for W, _ in layer])
        arrays[f"b{depth}"] = np.stack([b for _, b in layer])
    return arrays


@cache
def head_of(task: Task, pairing: Pairing) -> Head:
    """What follows the last layer."""
    return head_for(task, pairing, len(load(task.dataset, task.kind).classes))


def _stacked(name: str, parts: Sequence[Part], *, is_scored: bool) -> dict[str, NDArray[Any]]:
    X, y = (
        np.stack(values) for values in zip(*((p.X.numpy(), p.target.flatten().numpy()) for p in parts), strict=True)
    )
    weights = {f"w_{name}": np.stack([_evened(of_seed) for of_seed in y])} if is_scored else {}
    return {f"X_{name}": X, f"y_{name}": y, **weights}


def _evened(y: NDArray[Any]) -> NDArray[np.float32]:
    """Weights `[N]` that sum to 1, and to the same in each class that is there."""
    _, place, counts = np.unique(y, return_inverse=True, return_counts=True)
    return (1 / (len(counts) * counts[place])).astype(np.float32)


def _minibatches(dataset: Dataset, trial: Trial, seed: int, n: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    training = trial.task.training
    B = min(training.batch_size, n)
    place = np.arange(-(-n // B) * B).reshape(-1, B)  # (K, B)
    is_row = place < n
    place = np.where(is_row, place, place[:, :1])
    orders = [epoch_order(dataset, trial.phase, seed, epoch, n).numpy() for epoch in range(training.epochs)]
    weights = is_row / is_row.sum(1, keepdims=True)  # (K, B)
    return np.stack([order[place] for order in orders]).astype(np.int32), weights.astype(np.float32)
