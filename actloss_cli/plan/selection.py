"""Which learning rate a pairing gets: from the validation scores of its tune trials to one value. Knows no store."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Side: TypeAlias = Literal["low", "high"]
Floats: TypeAlias = NDArray[np.float64]

TARGET_SHARE = 0.9
"""How much of the way from the floor to a score counts as having reached it, wherever speed is compared."""

_AT_FLOOR = 1e-6  # Curves are float32: 1/C comes back this close to the float64 floor, not equal to it.


@dataclass(frozen=True)
class LrChoice:
    """The learning rate of a pairing, and whether the grid was too short to be sure of it."""

    index: int
    lr: float
    at_edge: Side | None
    """The side on which the grid ends too early; None where an interior value would have done as well."""


def choose_lr(lrs: Floats, validation_score: NDArray[np.floating], floor: float) -> LrChoice:
    """Gives the best learning rate on validation; ties (`ties_with`) go to the faster one.

    `lrs` `[L]` ascends; `validation_score` `[L, S, E]` holds S seeds and E epochs, NaN from the epoch on in which a
    trial turned non-finite. A trial counts by its last epoch, clipped below at `floor`, non-finite as `floor`. Faster
    is the smaller median over seeds of the epochs to `TARGET_SHARE` of the best mean (a miss is infinite), then the
    larger learning rate; where all miss, the better mean comes first. The chosen one is at the edge if it ends the grid
    and no interior one (of two, the other one) ties with it, so a constant predictor, which ties everywhere, is not; a
    single rate is taken as given. Where all is at the floor, an interior value wins over an equally fast end of the
    grid.
    """
    (choice,) = choose_lrs(lrs[None], validation_score[None], floor)
    return choice


def choose_lrs(lrs: Floats, validation_score: NDArray[np.floating], floor: float) -> list[LrChoice]:
    """The same for P pairings at once, all with so many rates: `lrs` `[P, L]`, `validation_score` `[P, L, S, E]`."""
    with np.errstate(over="ignore"):  # R² has no lower bound.
        # As the store keeps them: a run that has more digits must choose what analysis will find.
        stored = validation_score.astype(np.float32)
    curves = clip_at_floor(stored, floor)
    final = np.where(np.isnan(curves[..., -1]), floor, curves[..., -1])  # (P, L, S)
    mean = final.mean(axis=2)
    best = mean.argmax(axis=1)
    best_mean = mean.max(axis=1, keepdims=True)  # (P, 1)
    target = floor + TARGET_SHARE * (best_mean - floor)
    epochs = np.median(epochs_to_reach(curves, target[..., None, None]), axis=2)  # (P, L)
    # Seeds that disagree make a wide standard error: what ties by it and never gets there is not the faster.
    missed = np.where(np.isinf(epochs), -mean, 0.0)
    columns = (ties_with(final, best), epochs, missed, best_mean[:, 0] - floor <= _AT_FLOOR, lrs)
    return [_choose(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _choose(
    tied: list[bool], epochs: list[float], missed: list[float], all_at_floor: bool, lrs: list[float]
) -> LrChoice:
    """Of the L rates of one pairing; `missed` is what decides between those that never get to the target."""
    ends = (0, len(lrs) - 1)
    index = min(
        (i for i in range(len(lrs)) if tied[i]),
        key=lambda i: (epochs[i], all_at_floor and i in ends, missed[i], -i),
    )
    at_edge: Side | None = None
    interior = [i for i in range(len(lrs)) if i != index and (i not in ends or len(lrs) == 2)]
    if interior and index in ends and not any(tied[i] for i in interior):
        at_edge = "low" if index == 0 else "high"
    return LrChoice(index, lrs[index], at_edge)


def extend_grid(lrs: Floats, at_edge: Side) -> float:
    """Gives the next point beyond that end of the ascending grid `[L]`, L >= 2, at the log spacing found there."""
    end, inner = (lrs[0], lrs[1]) if at_edge == "low" else (lrs[-1], lrs[-2])
    return float(end * (end / inner))


def clip_at_floor(curves: NDArray[np.floating], floor: float) -> Floats:
    """Gives scores, of any shape, as float64: clipped below at the floor, NaN wherever they are not finite."""
    scores = curves.astype(np.float64)
    return np.where(np.isfinite(scores), np.maximum(scores, floor), np.nan)


def epochs_to_reach(curves: NDArray[np.floating], target: float) -> Floats:
    """Gives `[...]` the first epoch, from 1, at which `curves` `[..., E]` is at least `target`; infinite for a miss."""
    reached = curves >= target
    return np.where(reached.any(axis=-1), reached.argmax(axis=-1) + 1.0, np.inf)


def ties_with(scores: Floats, best: int | NDArray[np.int64]) -> NDArray[np.bool_]:
    """Gives `[..., K]` which of K candidates on S shared seeds lie within one standard error of the best.

    `scores` are `[..., K, S]`; `best` `[...]` are places among the candidates.

    Of two standard errors the smaller counts: that of the best one's mean, and that of the mean difference over seeds.
    Seeds share their splits, so the difference tells more than the means; but a candidate must not buy a tie with a
    collapsed seed that widens its own error. A single seed ties with its equals alone.
    """
    of_best = np.take_along_axis(scores, np.asarray(best)[..., None, None], axis=-2)  # (..., 1, S)
    gap = of_best - scores  # (..., K, S)
    S = scores.shape[-1]
    if S == 1:
        return np.asarray(gap[..., 0] <= 0)
    errors = np.minimum(of_best.std(axis=-1, ddof=1), gap.std(axis=-1, ddof=1)) / np.sqrt(S)
    return np.asarray(gap.mean(axis=-1) <= errors)
