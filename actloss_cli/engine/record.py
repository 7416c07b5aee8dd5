"""Collects what T trainings report epoch by epoch, notes which turned non-finite, and makes their outcomes."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.engine.outcome import CURVES, TrialOutcome
from actloss_cli.native.tallies import sums_of_squares

_OF_BEST: tuple[str, ...] = ("best_validation_score", "best_epoch")
_ON_VALIDATION = (*CURVES, *_OF_BEST)


class Record:
    """Curves of T trials over E epochs, and diagnostics of their models of so many hidden layers, on the CPU."""

    def __init__(self, T: int, E: int, n_hidden: int) -> None:
        self.diagnosed = diagnostic_epochs(E)
        """After which epochs diagnostics are asked for."""
        self._names = diagnostic_names(n_hidden)
        self._diagnostics = np.full((T, len(self.diagnosed), len(self._names)), np.nan, np.float32)
        self._curves = np.full((len(CURVES), T, E), np.nan)
        self._diverged_epoch = np.zeros(T, np.int64)

    def add(self, epoch: int, **values: Tensor) -> list[int]:
        """Takes one value `[T]` per curve; gives the trials that turned non-finite in this epoch.

        A trial whose training or validation loss or score is not finite has diverged: epochs count from 1.
        """
        columns = torch.stack([values[name] for name in CURVES]).detach().cpu().numpy()
        self._curves[:, :, epoch] = columns
        if np.isfinite(columns.sum()):  # the usual case
            return []
        fresh = ~np.isfinite(columns).all(0) & (self._diverged_epoch == 0)
        self._diverged_epoch[fresh] = epoch + 1
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
        E = self._curves.shape[2]
        is_over = np.arange(1, E + 1) >= np.where(self._diverged_epoch > 0, self._diverged_epoch, E + 1)[:, None]
        self._curves[:, is_over] = np.nan
        metrics = self._metrics({name: value.detach().cpu().numpy() for name, value in test.items()})
        rows = None if row_scores is None else row_scores.detach().cpu().float().numpy()
        curves = _to_float32(self._curves)
        return [
            self._outcome(t, found, dict(zip(CURVES, curves[:, t], strict=True)), rows, n_train)
            for t, found in enumerate(metrics)
        ]

    def _metrics(self, test: dict[str, NDArray[np.float64]]) -> list[dict[str, float]]:
        """Of each trial the finite ones: of the last epoch, of the epoch best on validation (from 1), of the test."""
        last = dict(zip(CURVES, self._curves[:, :, -1], strict=True))
        scores = self._curves[CURVES.index("validation_score")]
        best = np.where(np.isnan(scores), -np.inf, scores).argmax(1)  # the first of equals; 0 where none is finite
        of_best = {"best_validation_score": scores[np.arange(len(best)), best], "best_epoch": best + 1.0}
        of_best["best_epoch"][np.isnan(of_best["best_validation_score"])] = np.nan
        columns = {"score": last["validation_score"], **last, **of_best, **test}
        return [
            {name: value for name, value in zip(columns, row, strict=True) if math.isfinite(value)}
            for row in np.stack(list(columns.values()), 1).tolist()
        ]

    def _outcome(
        self,
        t: int,
        metrics: dict[str, float],
        curves: dict[str, NDArray[np.float32]],
        rows: NDArray[np.float32] | None,
        n_train: int,
    ) -> TrialOutcome:
        points = self._diagnostics[t].copy()
        diverged_epoch = int(self._diverged_epoch[t])
        if diverged_epoch:
            points[np.array(self.diagnosed) >= diverged_epoch] = np.nan
            best = {name: metrics[name] for name in _OF_BEST if name in metrics}
            return TrialOutcome("diverged", diverged_epoch, best, curves, None, n_train, points)
        if "score" not in metrics:  # finite on validation, not on the test rows
            last_epoch = self._curves.shape[2]
            on_validation = {name: metrics[name] for name in _ON_VALIDATION}
            return TrialOutcome("diverged", last_epoch, on_validation, curves, None, n_train, points)
        return TrialOutcome("done", None, metrics, curves, None if rows is None else rows[t].copy(), n_train, points)


def _to_float32(curves: NDArray[np.float64]) -> NDArray[np.float32]:
    """R² has no lower bound: what is beyond float32 becomes its largest finite value. NaN stays."""
    ends = np.finfo(np.float32)
    return np.clip(curves, ends.min, ends.max).astype(np.float32)


def all_finite(values: Tensor) -> Tensor:
    """Per trial, whether `[T, ..]` is finite throughout: `[T]`."""
    if values.dtype == torch.float32:
        return sums_of_squares(values).isfinite()  # doubles: no finite singles add up beyond them
    return (values.flatten(1) * 0).sum(1) == 0  # NaN where a value is not finite; a tenth of the time of looking for it
