"""What the diagnostics and curves of some final trials say of how they trained: one number each, medians over them."""

from collections import defaultdict
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


@dataclass(frozen=True)
class Training:
    """What was measured of n trials of one pairing."""

    points: NDArray[np.float32]
    """Diagnostics of the k trials that have any `[k, K, M]`."""
    curves: Floats
    """Validation scores `[n, E]` at the floor or above, NaN once diverged."""
    diverged_epochs: Floats
    """`[n]`: NaN for a trial that stayed finite."""


def symptoms_of(trainings: Sequence[Training], names: Sequence[str], epochs: Sequence[int]) -> list[Symptoms]:
    """Of each; those with equally many trials are looked at together, as there are thousands of pairings."""
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, one in enumerate(trainings):
        groups[len(one.points), len(one.curves)].append(place)
    found: dict[int, Symptoms] = {}
    for places in groups.values():
        alike = [trainings[place] for place in places]
        found |= zip(places, _symptoms_of_alike(alike, names, epochs), strict=True)
    return [found[place] for place in range(len(trainings))]


def _symptoms_of_alike(trainings: Sequence[Training], names: Sequence[str], epochs: Sequence[int]) -> list[Symptoms]:
    """Of P pairings with n trials each. Medians are over the first axis."""
    table = np.array([one.points for one in trainings], np.float64)
    table[~np.isfinite(table)] = np.nan
    table = table.swapaxes(0, 1)  # (n, P, K, M)
    if not len(table):
        table = np.full((1, len(trainings), len(epochs), len(names)), np.nan)
    ratios, updates = (table[..., names.index(name)] for name in ("gradient_ratio", "update_ratio"))
    starts = median(np.fmin.reduce(ratios[..., :EARLY], axis=2)).tolist()
    largest = median(np.fmax.reduce(updates, axis=2)).tolist()
    curves = np.stack([one.curves for one in trainings], axis=1)  # (n, P, E)
    diverged_epochs = np.stack([one.diverged_epochs for one in trainings], axis=1)  # (n, P)
    end = curves[..., -1]
    told = (
        end - curves[..., _before_last_third(curves.shape[2])],
        np.fmax.reduce(curves, axis=2) - end,
        _best_epochs(curves),
        diverged_epochs,
    )
    of_curves = median(np.stack(told, axis=2)).tolist()
    n_diverged = np.isfinite(diverged_epochs).sum(axis=0).tolist()
    return [
        Symptoms(
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
            n_diverged=diverged,
            n=len(curves),
        )
        for last, gradient_ratio, largest_update, (rise, fall, best_epoch, diverged_epoch), diverged in zip(
            (dict(zip(names, values, strict=True)) for values in median(_last(table)).tolist()),
            starts,
            largest,
            of_curves,
            n_diverged,
            strict=True,
        )
    ]


def _last(table: Floats) -> Floats:
    """`[..., K, M]` to the last of each diagnostic that is there `[..., M]`; NaN where none is."""
    at = table.shape[-2] - 1 - (~np.isnan(table))[..., ::-1, :].argmax(axis=-2, keepdims=True)
    return np.take_along_axis(table, at, axis=-2)[..., 0, :]


def _worst(last: Mapping[str, float], prefix: str) -> float:
    """Over the layers; 0 for a model without hidden ones."""
    layers = [value for name, value in last.items() if name.startswith(prefix)]
    return max((value for value in layers if not np.isnan(value)), default=np.nan if layers else 0.0)


def _before_last_third(E: int) -> int:
    return max(E - 1 - max(1, round(E * LAST_THIRD)), 0)


def _best_epochs(curves: Floats) -> Floats:
    """Counted from 1."""
    known = np.where(np.isnan(curves), -np.inf, curves)
    return np.asarray(known.argmax(axis=-1) + 1.0)
