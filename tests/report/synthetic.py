"""Runs as the store would give them, made up from closed forms: scores, curves, some that diverge or collapse."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.plan.selection import choose_lr
from actloss_cli.store.data import RunData
from actloss_cli.theory.frozen import Frozen

UNNOTICED = Frozen((), proper=True)
N_ROWS, EPOCHS, STEPS_PER_EPOCH, N_TUNE, N_HIDDEN = 200, 12, 10, 2, 2
BAD = {("softmax", "hinge"): 0.05, ("relu", "mae"): 0.5, ("tanh", "bce_with_logits"): 0.8, ("tanh", "mse"): 0.93}
METRICS = {"regression": ("r2", "rmse", "mae"), "classes": ("accuracy", "balanced_accuracy", "log_loss", "brier")}


@dataclass(frozen=True)
class SyntheticTask:
    label: str
    kind: str = "binary"
    dataset: str = "moons"
    ceiling: float = 0.95
    activations: Sequence[str] = ("relu", "silu", "tanh", "sigmoid")
    outputs: Sequence[str] = ("identity", "sigmoid", "tanh", "softmax")
    losses: Sequence[str] = ("mse", "bce", "bce_with_logits", "hinge")
    optimizers: Sequence[str] = ("sgd", "momentum", "adam")
    n_final: int = 5

    @property
    def floor(self) -> float:
        return {"regression": 0.0, "binary": 0.5, "multiclass": 0.1}[self.kind]


TASKS = (
    SyntheticTask(
        "friedman1",
        "regression",
        "friedman1",
        0.9,
        losses=("mse", "mae", "huber"),
        outputs=("identity", "relu", "sigmoid"),
    ),
    SyntheticTask("moons"),
    SyntheticTask("imbalanced", dataset="imbalanced", ceiling=0.56),
    SyntheticTask(
        "digits",
        "multiclass",
        "digits",
        0.97,
        losses=("cross_entropy", "nll", "hinge", "sparse_categorical_cross_entropy"),
    ),
)


def _quality(activation: str, output: str, loss: str, optimizer: str) -> float:
    """The share of what can be gained that a pairing gains at its best learning rate."""
    return BAD.get((output, loss), 1.0) * (0.9 if (activation, optimizer) == ("sigmoid", "sgd") else 1.0)


def make_run(tasks: Sequence[SyntheticTask], n_missing: int = 0) -> RunData:
    rng = np.random.default_rng(7)
    pairings: dict[str, dict[str, object]] = {}
    trials: dict[str, dict[str, object]] = {}
    curves: list[np.ndarray] = []
    rows: dict[str, np.ndarray] = {}
    strata = {task.label: _strata(task) for task in tasks}
    for task in tasks:
        for functions in itertools.product(task.activations, task.outputs, task.losses, task.optimizers):
            pairing_id = f"p{len(pairings):05d}"
            _, output, loss, _ = functions
            invalid = "all elements of input should be between 0 and 1" if (output, loss) == ("identity", "bce") else ""
            names = dict(zip(("activation", "output", "loss", "optimizer"), functions, strict=True))
            pairings[pairing_id] = {"task": task.label, **names, "invalid": invalid, "theory": UNNOTICED}
            if invalid:
                continue
            for trial, curve in _trials(task, functions, pairing_id, rng):
                name = f"t{len(trials):06d}"
                trials[name] = trial
                curves.append(curve)
                if trial["phase"] == "final" and trial["status"] == "done":
                    noise = rng.normal(0, 0.1, N_ROWS)
                    rows[name] = (trial["score"] + noise - _stratified_mean(noise, strata[task.label])).astype(
                        np.float32
                    )
    return RunData(
        name="synthetic",
        path="results/synthetic",
        tasks=_tasks_frame(tasks),
        pairings=pd.DataFrame.from_dict(pairings, orient="index").rename_axis("pairing_id"),
        trials=pd.DataFrame.from_dict(trials, orient="index").rename_axis("trial"),
        validation_score=np.stack(curves).astype(np.float32),
        strata=strata,
        row_scores=rows,
        diagnostics={name: _diagnostics(trial) for name, trial in trials.items()},
        n_missing=n_missing,
    )


def _diagnostics(trial) -> np.ndarray:
    """Epoch plus the hundredth part of the name's place; NaN once it has diverged."""
    epochs = np.array(diagnostic_epochs(EPOCHS))
    points = epochs[:, None] + np.arange(len(diagnostic_names(N_HIDDEN))) / 100
    points[epochs >= (5 if trial["status"] == "diverged" else np.inf)] = np.nan
    return points.astype(np.float32)


def _trials(task, functions, pairing_id, rng):
    sgd_like = functions[3] != "adam"
    grid = (1e-3, 1e-2, 1e-1, 1.0) if sgd_like else (1e-4, 1e-3, 1e-2)
    best_lr = 0.1 if sgd_like else 1e-3
    if functions[0] == "relu" and functions[3] == "momentum":
        grid = (*grid, 10.0)
    loss_of_lr = {lr: 0.3 * abs(np.log10(lr / best_lr)) for lr in grid}
    tune = [
        _trial(task, functions, pairing_id, "tune", lr, seed, loss_of_lr[lr], rng)
        for lr, seed in itertools.product(grid, range(N_TUNE))
    ]
    curves = np.stack([curve for _, curve in tune]).reshape(len(grid), N_TUNE, EPOCHS)
    chosen = choose_lr(np.array(grid), curves, task.floor).lr
    yield from tune
    for seed in range(task.n_final):
        yield _trial(task, functions, pairing_id, "final", chosen, seed, loss_of_lr[chosen], rng)


def _trial(task, functions, pairing_id, phase, lr, seed, loss_of_lr, rng):
    collapsed = functions[:2] == ("silu", "softmax") and phase == "final" and seed % 2
    gain = (task.ceiling - task.floor) * _quality(*functions) * max(1 - loss_of_lr, 0) * (not collapsed)
    final = task.floor + gain + rng.normal(0, 0.004)
    pace = 2.0 if functions[3] == "adam" else 3.0
    curve = task.floor + (final - task.floor) * (1 - np.exp(-np.arange(1, EPOCHS + 1) / pace))
    diverged = functions[0] == "relu" and (lr >= 1.0 or functions[1:] == ("identity", "mse", "momentum"))
    if diverged:
        curve[4:] = np.nan
    score = np.nan if diverged else float(curve[-1])
    metrics = METRICS["regression" if task.kind == "regression" else "classes"]
    return {
        "pairing_id": pairing_id,
        "phase": phase,
        "seed": seed,
        "lr": lr,
        "status": "diverged" if diverged else "done",
        "diverged_epoch": 5.0 if diverged else np.nan,
        "n_train": 500,
        "score": score,
        "validation_score": score,
        "best_validation_score": score,
        "best_epoch": float(EPOCHS),
        "test_score": score if phase == "final" else np.nan,
        **{metric: score * (1 + i) for i, metric in enumerate(metrics)},
    }, curve


def _strata(task: SyntheticTask) -> np.ndarray:
    n_strata = {"regression": 1, "binary": 2, "multiclass": 10}[task.kind]
    return np.arange(N_ROWS) % n_strata


def _stratified_mean(values: np.ndarray, strata: np.ndarray) -> float:
    return float(np.mean([values[strata == stratum].mean() for stratum in np.unique(strata)]))


def _tasks_frame(tasks: Sequence[SyntheticTask]) -> pd.DataFrame:
    n_classes = {"regression": 0, "binary": 2, "multiclass": 10}
    return (
        pd.DataFrame(
            {
                task.label: {
                    "kind": task.kind,
                    "dataset": task.dataset,
                    "n_classes": n_classes[task.kind],
                    "floor": task.floor,
                    "n_train": 500,
                    "n_validation": 150,
                    "n_test": N_ROWS,
                    "n_tune": N_TUNE,
                    "n_final": task.n_final,
                    "epochs": EPOCHS,
                    "steps_per_epoch": STEPS_PER_EPOCH,
                    "hidden": N_HIDDEN,
                }
                for task in tasks
            }
        )
        .T.infer_objects()
        .rename_axis("task")
    )
