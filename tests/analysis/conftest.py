"""Builds small runs by hand: one task, one pairing per name, each from the few numbers that a test is about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from actloss_cli.store.data import RunData
from actloss_cli.theory.frozen import Frozen

FLOOR = 0.5
EPOCHS = 20
STEPS_PER_EPOCH = 10
STRATA = np.repeat([0, 1], 200)
NAN = float("nan")
UNNOTICED = Frozen((), proper=True)


@dataclass(frozen=True)
class Measured:
    """A pairing. `final`: one test score per seed, NaN for a diverged one, None for one that is missing."""

    final: Sequence[float | None] = ()
    tune: Mapping[float, Sequence[float | None]] = field(
        default_factory=lambda: {0.01: [0.7, 0.7, 0.7], 0.1: [0.9, 0.9, 0.9], 1.0: [0.7, 0.7, 0.7]}
    )
    final_lr: float = 0.1
    reach: Sequence[int] | int = 3
    """The epoch at which each final trial's validation score comes up from the floor."""
    tune_reach: int = 3
    invalid: str = ""
    crashed: Sequence[int] = ()
    """Final seeds."""
    validation: Sequence[float] = ()
    """The final trials' validation scores, where they are not the test scores."""


def curve(score: float, reach: int) -> np.ndarray:
    return np.where(np.isnan(score), NAN, np.where(np.arange(1, EPOCHS + 1) >= reach, score, FLOOR))


def row_scores(score: float) -> np.ndarray:
    """The first rows of each class are right, so that pairings agree on the easy rows."""
    right = np.arange(200) < round(score * 200)
    return np.concatenate([right, right]).astype(np.float32)


def build_run(measured: Mapping[str, Measured], *, task: str = "moons", n_final: int = 10, n_tune: int = 3) -> RunData:
    trials, curves, rows, pairings = [], [], {}, []
    for label, one in measured.items():
        activation, output, loss, optimizer = label.split("/")
        pairing_id = f"{task}:{label}"
        pairings.append((pairing_id, task, activation, output, loss, optimizer, one.invalid, UNNOTICED))
        tune = [("tune", seed, lr, score) for lr, scores in one.tune.items() for seed, score in enumerate(scores)]
        final = [("final", seed, one.final_lr, score) for seed, score in enumerate(one.final)]
        for phase, seed, lr, score in [] if one.invalid else tune + final:
            if score is None:
                continue
            trial = f"{pairing_id}:{phase}:{lr}:{seed}"
            is_crash = phase == "final" and seed in one.crashed
            reach = one.tune_reach if phase == "tune" else np.broadcast_to(one.reach, len(one.final))[seed]
            status = "crashed" if is_crash else "diverged" if np.isnan(score) else "done"
            test = score if phase == "final" and not is_crash else NAN
            value = NAN if is_crash else score
            trials.append((trial, pairing_id, phase, seed, lr, status, NAN, 100, value, value, value, 0, test, test))
            on_validation = one.validation[seed] if phase == "final" and one.validation else value
            curves.append(curve(on_validation, reach))
            if phase == "final" and status == "done":
                rows[trial] = row_scores(score)
    columns = (
        "trial pairing_id phase seed lr status diverged_epoch n_train score validation_score best_validation_score"
    )
    names = "pairing_id task activation output loss optimizer invalid theory"
    return RunData(
        name="hand-made",
        path="",
        tasks=pd.DataFrame(
            {
                "kind": "binary",
                "dataset": task,
                "n_classes": 2,
                "floor": FLOOR,
                "n_train": 100,
                "n_validation": 50,
                "n_test": len(STRATA),
                "n_tune": n_tune,
                "n_final": n_final,
                "epochs": EPOCHS,
                "steps_per_epoch": STEPS_PER_EPOCH,
                "hidden": 2,
            },
            index=pd.Index([task], name="task"),
        ),
        pairings=pd.DataFrame(pairings, columns=names.split()).set_index("pairing_id"),
        trials=pd.DataFrame(
            trials, columns=[*columns.split(), "best_epoch", "test_score", "balanced_accuracy"]
        ).set_index("trial"),
        # As wide as the longest task of a run: this one's trials end earlier.
        validation_score=np.pad(
            np.array(curves, np.float32).reshape(len(trials), EPOCHS), ((0, 0), (0, 5)), constant_values=NAN
        ),
        strata={task: STRATA},
        row_scores=rows,
        n_missing=0,
    )


GOOD = (0.97, 0.965, 0.975, 0.97, 0.97, 0.99, 0.97, 0.97, 0.965, 0.975)
REFERENCE = "relu/sigmoid/bce/adam"
OTHER = "tanh/sigmoid/mse/sgd"
BEST_TUNE = {0.01: [0.8, 0.8, 0.8], 0.1: [0.96, 0.96, 0.96], 1.0: [0.8, 0.8, 0.8]}


@pytest.fixture(scope="session")
def build() -> SimpleNamespace:
    """The builder, and a reference that scores 0.972 on the mean."""
    run: Callable[..., RunData] = build_run
    return SimpleNamespace(
        run=run, Measured=Measured, REFERENCE=REFERENCE, OTHER=OTHER, GOOD=GOOD, best=Measured(GOOD, BEST_TUNE)
    )
