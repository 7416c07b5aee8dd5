"""Collects what T trainings report epoch by epoch, notes which turned non-finite, and makes their outcomes."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.engine.outcome import CURVES, TrialOutcome


class Record:
    """Curves of T trials over E epochs, and diagnostics of their models of so many hidden layers, on the CPU."""

    def __init__(self, T: int, E: int, n_hidden: int) -> None:
        self.diagnosed = diagnostic_epochs(E)
        """After which epochs diagnostics are asked for."""
        self._names = diagnostic_names(n_hidden)
        self._diagnostics = np.full((T, len(self.diagnosed), len(self._names)), np.nan, np.float32)
        self._curves = {name: np.full((T, E), np.nan) for name in CURVES}
        self._diverged_epoch = np.zeros(T, np.int64)

    def add(self, epoch: int, **values: Tensor) -> list[int]:
        """Takes one value `[T]` per curve; gives the trials that turned non-finite in this epoch.

        A trial whose training or validation loss or score is not finite has diverged: epochs count from 1.
        """
        columns = {name: values[name].detach().cpu().numpy() for name in CURVES}
        finite = np.all([np.isfinite(column) for column in columns.values()], axis=0)
        fresh = ~finite & (self._diverged_epoch == 0)
        self._diverged_epoch[fresh] = epoch + 1
        for name, column in columns.items():
            self._curves[name][:, epoch] = np.where(self._diverged_epoch == 0, column, np.nan)
        return [int(trial) for trial in np.flatnonzero(fresh)]

    def diagnose(self, n_epochs: int, values: Mapping[str, Tensor]) -> None:
        """Takes one value `[T]` per diagnostic, after so many epochs; what float32 can't hold becomes NaN."""
        points = torch.stack([values[name].float() for name in self._names], 1)
        points = torch.where(torch.isfinite(points), points, torch.nan)
        self._diagnostics[:, self.diagnosed.index(n_epochs)] = points.cpu().numpy()

    @property
    def all_diverged(self) -> bool:
        """Whether nothing is left to train."""
        return bool(np.all(self._diverged_epoch > 0))

    def outcomes(self, test: dict[str, Tensor], row_scores: Tensor | None, n_train: int) -> list[TrialOutcome]:
        """One outcome per trial; `test` has a value `[T]` per metric (`score` among them for finals)."""
        metrics = {name: value.detach().cpu().numpy() for name, value in test.items()}
        rows = None if row_scores is None else row_scores.detach().cpu().float().numpy()
        return [self._outcome(t, metrics, rows, n_train) for t in range(len(self._diverged_epoch))]

    def _outcome(
        self, t: int, test: dict[str, NDArray[np.float64]], rows: NDArray[np.float32] | None, n_train: int
    ) -> TrialOutcome:
        exact = {name: curve[t] for name, curve in self._curves.items()}
        curves = {name: _to_float32(curve) for name, curve in exact.items()}
        points = self._diagnostics[t].copy()
        if diverged_epoch := int(self._diverged_epoch[t]):
            points[np.array(self.diagnosed) >= diverged_epoch] = np.nan
            return TrialOutcome("diverged", diverged_epoch, _best(exact), curves, None, n_train, points)
        last = {name: float(curve[-1]) for name, curve in exact.items()}
        if "score" in test and not np.isfinite(test["score"][t]):  # finite on validation, not on the test rows
            last_epoch = len(curves["train_loss"])
            return TrialOutcome("diverged", last_epoch, last | _best(exact), curves, None, n_train, points)
        found = {name: float(values[t]) for name, values in test.items() if np.isfinite(values[t])}
        metrics = {"score": last["validation_score"], **last, **_best(exact), **found}
        return TrialOutcome("done", None, metrics, curves, None if rows is None else rows[t].copy(), n_train, points)


def _best(curves: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """Best validation score and its epoch, counted from 1; nothing if no epoch was finite."""
    scores = curves["validation_score"]
    if np.all(np.isnan(scores)):
        return {}
    best = int(np.nanargmax(scores))
    return {"best_validation_score": float(scores[best]), "best_epoch": float(best + 1)}


def _to_float32(curve: NDArray[np.float64]) -> NDArray[np.float32]:
    """R² has no lower bound: what is beyond float32 becomes its largest finite value. NaN stays."""
    ends = np.finfo(np.float32)
    return np.clip(curve, ends.min, ends.max).astype(np.float32)


def all_finite(values: Tensor) -> Tensor:
    """Per trial, whether `[T, ..]` is finite throughout: `[T]`."""
    return (values.flatten(1) * 0).sum(1) == 0  # NaN where a value is not finite; a tenth of the time of looking for it
