"""Trials as plain arrays for the JAX contender, which knows nothing of actloss: rows, order, weights, rates."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from actloss_cli.catalogue.spec import Coding, Kind, Target
from actloss_cli.datasets import Dataset, load
from actloss_cli.engine.head import head_for
from actloss_cli.engine.initialise import initial_weights
from actloss_cli.engine.problem import Part, epoch_order, problem_for
from actloss_cli.plan.trial import Trial

LANES = 32
"""Models that one vectorised step holds, about; found best by trial among 1 to 300."""
TARGETS: dict[Kind, Target] = {"multiclass": "one_hot", "binary": "zero_one", "regression": "standardised"}
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Group:
    """Trials of one pairing and phase: every rate with every seed."""

    data: str
    """Name of the file with the arrays of its task and phase."""
    kind: str
    activation: str
    optimizer: str
    momentum: float
    lrs: list[float]
    seeds_together: int
    """Seeds in one vectorised step; the rest follow one after another in the same program."""
    trials: list[list[str]]
    """Ids `[S][L]`."""
    cost: int
    """Model-steps."""


def write_groups(trials: Sequence[Trial], folder: Path, n_shares: int) -> None:
    """Writes `share-K.json` and the arrays that it names, for each process K; the shares are of like cost."""
    by_group = _by(trials, lambda t: (t.task.label, t.phase, t.pairing.label))
    groups = [_group(members) for members in by_group.values()]
    for members in _by(trials, lambda t: (t.task.label, t.phase)).values():
        np.savez(folder / _data_name(members[0]), **arrays_of(members))  # type: ignore[arg-type]  # its stubs take any keyword for allow_pickle
    for k, share in enumerate(_even_shares(groups, n_shares)):
        (folder / f"share-{k}.json").write_text(json.dumps([asdict(group) for group in share]))


def arrays_of(trials: Sequence[Trial]) -> dict[str, NDArray[Any]]:
    """What all trials of one task and phase share. S seeds, E epochs, K minibatches of B rows.

    X_* `[S, N, D]`; y_* `[S, N, C]` one-hot, 0/1 or standardised; rows `[S, E, K, B]` of each minibatch, the last one
    filled up with its first row; weights `[K, B]` of the rows, 0 for those; W0.. `[S, O, I]`, b0.. `[S, O]`.
    """
    task, phase = trials[0].task, trials[0].phase
    dataset = load(task.dataset, task.kind)
    n_units = head_for(task, trials[0].pairing, len(dataset.classes)).n_units
    coding = Coding(TARGETS[task.kind])
    seeds = sorted({trial.seed for trial in trials})
    problems = [problem_for(dataset, phase, seed, coding, n_units, torch.float32, CPU) for seed in seeds]
    parts = {"train": [p.train for p in problems], "validation": [p.validation for p in problems]}
    if phase == "final":
        parts["test"] = [p.test for p in problems]
    arrays: dict[str, NDArray[Any]] = {}
    for name, of_seeds in parts.items():
        arrays |= _stacked(name, of_seeds)
    rows = [_minibatches(dataset, trials[0], seed, len(problems[0].train.y)) for seed in seeds]
    arrays["rows"] = np.stack([of_seed for of_seed, _ in rows])
    arrays["weights"] = rows[0][1]
    widths = [dataset.X.shape[1], *task.model.hidden, n_units]
    for depth, (n_in, n_out) in enumerate(itertools.pairwise(widths)):
        drawn = [initial_weights(task.model.init, phase, seed, depth, n_out, n_in) for seed in seeds]
        arrays[f"W{depth}"] = np.stack([W.numpy() for W, _ in drawn])
        arrays[f"b{depth}"] = np.stack([b.numpy() for _, b in drawn])
    return arrays


def _stacked(name: str, parts: Sequence[Part]) -> dict[str, NDArray[Any]]:
    return {
        f"X_{name}": np.stack([part.X.numpy() for part in parts]),
        f"y_{name}": np.stack([part.target.numpy() for part in parts]),
    }


def _minibatches(dataset: Dataset, trial: Trial, seed: int, n: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    training = trial.task.training
    B = min(training.batch_size, n)
    place = np.arange(-(-n // B) * B).reshape(-1, B)  # (K, B)
    is_row = place < n
    place = np.where(is_row, place, place[:, :1])
    orders = [epoch_order(dataset, trial.phase, seed, epoch, n).numpy() for epoch in range(training.epochs)]
    weights = is_row / is_row.sum(1, keepdims=True)  # (K, B)
    return np.stack([order[place] for order in orders]).astype(np.int32), weights.astype(np.float32)


def _group(members: Sequence[Trial]) -> Group:
    first = members[0]
    lrs, seeds = sorted({t.lr for t in members}), sorted({t.seed for t in members})
    ids = {(t.seed, t.lr): t.id for t in members}
    together = max(n for n in range(1, len(seeds) + 1) if len(seeds) % n == 0 and (n == 1 or n * len(lrs) <= LANES))
    return Group(
        data=_data_name(first),
        kind=first.task.kind,
        activation=first.pairing.activation.name,
        optimizer=first.pairing.optimizer.name,
        momentum=float(dict(first.pairing.optimizer.overrides).get("momentum", 0.0)),  # type: ignore[arg-type]
        lrs=lrs,
        seeds_together=together,
        trials=[[ids[seed, lr] for lr in lrs] for seed in seeds],
        cost=len(members) * first.task.training.epochs,
    )


def _data_name(trial: Trial) -> str:
    return f"{trial.task.label}-{trial.phase}.npz".replace("/", "_")


def _by(trials: Sequence[Trial], key: Any) -> dict[Any, list[Trial]]:
    found: dict[Any, list[Trial]] = {}
    for trial in trials:
        found.setdefault(key(trial), []).append(trial)
    return found


def _even_shares(groups: Sequence[Group], n_shares: int) -> list[list[Group]]:
    """The costliest first, each to whoever has least."""
    shares: list[list[Group]] = [[] for _ in range(n_shares)]
    for group in sorted(groups, key=lambda g: -g.cost):
        min(shares, key=lambda share: sum(g.cost for g in share)).append(group)
    return shares
