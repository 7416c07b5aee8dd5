"""What one training gives back: plain numbers and arrays, no tensors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Status: TypeAlias = Literal["done", "diverged", "crashed", "timeout"]

CURVES = ("train_loss", "validation_loss", "validation_score")
"""One value per evaluation, that is per epoch. The training loss is the mean over the epoch while it trains."""


METRICS = (
    "score",
    "validation_score",
    "best_validation_score",
    "best_epoch",
    "train_loss",
    "validation_loss",
    "validation_log_loss",
    "validation_brier",
    "r2",
    "rmse",
    "mae",
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "roc_auc",
    "log_loss",
    "brier",
    "ece",
    "score_tuned_threshold",
)
"""Every metric that a trial may report. `score` is on validation in the tune phase and on test in the final one; what
follows `validation_loss` is reported by finals alone, on test from `r2` on."""


@dataclass(frozen=True)
class TrialOutcome:
    """One trial's result. E epochs, N test rows.

    `metrics` by name, absent where undefined. `curves` `[E]` float32 per name in `CURVES`, NaN from the epoch on in
    which the trial turned non-finite. `row_scores` `[N]` float32, finals only: each test row's share in the test score.
    `diagnostics` `[K, M]` float32, see `diagnostic_names`: NaN for what is not defined or was not reached.
    """

    status: Status
    diverged_epoch: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    row_scores: NDArray[np.float32] | None = None
    n_train: int = 0
    diagnostics: NDArray[np.float32] | None = None
    elapsed_s: float = 0.0
    message: str = ""
    """What went wrong with a trial that crashed."""
