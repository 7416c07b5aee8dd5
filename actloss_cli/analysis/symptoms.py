"""What the diagnostics and curves of some final trials say of how they trained: one number each, medians over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actloss_cli.analysis.statistics import median
from actloss_cli.plan.selection import Floats

EARLY = 2
"""Of the points at which a training is diagnosed: before the first step, and after the first epoch."""
LAST_THIRD = 1 / 3
"""Of the epochs, in which a score that still rises is not done."""


@dataclass(frozen=True)
class Symptoms:
    """NaN where nothing was measured. What holds of a layer is that of the worst one."""

    dead: float
    """Share of units that are 0 on every validation row, at the last epoch measured."""
    saturated: float
    gradient_ratio: float
    """First over last layer, the least before the first step and after the first epoch, while much is to be learnt."""
    output_spread: float
    """Standard deviation of the outputs over validation rows."""
    output_at_ends: float
    undefined: float
    update_ratio: float
    """Of the last step: its size over that of the weights."""
    largest_update: float
    """The largest of those measured."""
    rise: float
    """Of the validation score over the last third of the epochs."""
    fall: float
    """Of the validation score from its best epoch to the last one."""
    best_epoch: float
    diverged_epoch: float
    n_diverged: int
    n: int
    """Trials."""


def symptoms_of(
    points: Sequence[NDArray[np.float32]],
    names: Sequence[str],
    epochs: Sequence[int],
    curves: Floats,
    diverged_epochs: Floats,
) -> Symptoms:
    """Of n trials: diagnostics `[K, M]` each, validation scores `[n, E]` at the floor or above, NaN once diverged.

    `diverged_epochs` `[n]` is NaN for a trial that stayed finite.
    """
    table = np.stack(points).astype(np.float64) if len(points) else np.full((1, len(epochs), len(names)), np.nan)
    table[~np.isfinite(table)] = np.nan  # (n, K, M)
    last = dict(zip(names, median(_last(table)).tolist(), strict=True))
    ratios, updates = (table[:, :, names.index(name)] for name in ("gradient_ratio", "update_ratio"))
    measured = (np.fmin.reduce(ratios[:, :EARLY], axis=1), np.fmax.reduce(updates, axis=1))
    gradient_ratio, largest_update = median(np.stack(measured, axis=1)).tolist()
    best = np.fmax.reduce(curves, axis=1)
    before = curves[:, _before_last_third(curves.shape[1])]
    told = (curves[:, -1] - before, best - curves[:, -1], _best_epochs(curves), diverged_epochs)
    rise, fall, best_epoch, diverged_epoch = median(np.stack(told, axis=1)).tolist()
    return Symptoms(
        dead=_worst(last, "dead_units_"),
        saturated=_worst(last, "saturated_units_"),
        gradient_ratio=gradient_ratio,
        output_spread=last["output_spread"],
        output_at_ends=last["output_at_ends"],
        undefined=last["undefined_share"],
        update_ratio=last["update_ratio"],
        largest_update=largest_update,
        rise=rise,
        fall=fall,
        best_epoch=best_epoch,
        diverged_epoch=diverged_epoch,
        n_diverged=int(np.isfinite(diverged_epochs).sum()),
        n=len(curves),
    )


def _last(table: Floats) -> Floats:
    """`[n, K, M]` to the last of each diagnostic that is there `[n, M]`; NaN where none is."""
    at = table.shape[1] - 1 - (~np.isnan(table))[:, ::-1].argmax(axis=1, keepdims=True)
    return np.take_along_axis(table, at, axis=1)[:, 0]


def _worst(last: Mapping[str, float], prefix: str) -> float:
    """Over the layers; 0 for a model without hidden ones."""
    layers = [value for name, value in last.items() if name.startswith(prefix)]
    return max((value for value in layers if not np.isnan(value)), default=np.nan if layers else 0.0)


def _before_last_third(E: int) -> int:
    return max(E - 1 - max(1, round(E * LAST_THIRD)), 0)


def _best_epochs(curves: Floats) -> Floats:
    """Counted from 1."""
    known = np.where(np.isnan(curves), -np.inf, curves)
    return np.asarray(known.argmax(axis=1) + 1.0)
