"""What the diagnostics and curves of some final trials say of how they trained: one number each, medians over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    of = {name: table[:, :, at] for at, name in enumerate(names)}  # name to (n, K)
    last = {name: _last(values) for name, values in of.items()}
    return Symptoms(
        dead=_worst(last, "dead_units_"),
        saturated=_worst(last, "saturated_units_"),
        gradient_ratio=_median(_least(of["gradient_ratio"][:, :EARLY])),
        output_spread=_median(last["output_spread"]),
        output_at_ends=_median(last["output_at_ends"]),
        undefined=_median(last["undefined_share"]),
        update_ratio=_median(last["update_ratio"]),
        largest_update=_median(-_least(-of["update_ratio"])),
        rise=_median(curves[:, -1] - curves[:, _before_last_third(curves.shape[1])]),
        fall=_median(_best(curves) - curves[:, -1]),
        best_epoch=_median(_best_epochs(curves)),
        diverged_epoch=_median(diverged_epochs),
        n_diverged=int(np.isfinite(diverged_epochs).sum()),
        n=len(curves),
    )


def _last(values: Floats) -> Floats:
    """`[n, K]` to the last finite one of each `[n]`; NaN where none is."""
    finite = np.isfinite(values)
    at = values.shape[1] - 1 - finite[:, ::-1].argmax(axis=1)
    return np.asarray(np.where(finite.any(axis=1), values[np.arange(len(values)), at], np.nan))


def _least(values: Floats) -> Floats:
    """`[n, K]` to the least finite one of each `[n]`."""
    return np.where(np.isfinite(values).any(axis=1), np.where(np.isfinite(values), values, np.inf).min(axis=1), np.nan)


def _worst(last: Mapping[str, Floats], prefix: str) -> float:
    """Over the layers; 0 for a model without hidden ones."""
    layers = [_median(values) for name, values in last.items() if name.startswith(prefix)]
    return max((value for value in layers if np.isfinite(value)), default=np.nan if layers else 0.0)


def _median(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else np.nan


def _before_last_third(E: int) -> int:
    return max(E - 1 - max(1, round(E * LAST_THIRD)), 0)


def _best(curves: Floats) -> Floats:
    return np.asarray(np.fmax.reduce(curves, axis=1))


def _best_epochs(curves: Floats) -> Floats:
    """Counted from 1."""
    known = np.where(np.isnan(curves), -np.inf, curves)
    return np.asarray(known.argmax(axis=1) + 1.0)
