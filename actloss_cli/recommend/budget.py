"""How many pairings may train how long within a budget: successive halving in numbers. Pure; knows no pairing.

Jamieson & Talwalkar (2016), Non-stochastic best arm identification and hyperparameter optimization: all begin with
little, the better part goes on with more. Those that are left get the whole protocol, on seeds that chose nothing.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

SHARES = (1 / 9, 1 / 3)
"""Of the epochs of a whole training, for each rung before it."""
SHORTER = (1, 2, 4, 8)
"""Divisors of the rungs' epochs, tried in turn where the budget is small."""
LEAST_FINALISTS = 3
"""The plain default among them."""
MOST_FINALISTS = 32
"""More would tell the reader no more."""
MISTAKE_SHARE = 6
"""One of so many pairings that there is room for is a mistake, trained to show what it costs."""


@dataclass(frozen=True)
class Prices:
    """What trainings cost, in the unit of an allowance."""

    screen_epoch: float
    """A pairing at every learning rate, one seed, one epoch."""
    whole: float
    """A pairing by the whole protocol: tune trials, grids that are extended, final trials."""

    def times(self, factor: float) -> "Prices":
        """On a machine that takes so many times as long."""
        return Prices(self.screen_epoch * factor, self.whole * factor)


@dataclass(frozen=True)
class Schedule:
    """How many pairings take part in each rung, for how many epochs, and how many get the whole protocol."""

    n_pairings: tuple[int, ...]
    epochs: tuple[int, ...]
    n_whole: int


def make_schedule(n_pairings: int, epochs: int, prices: Prices, room: float) -> Schedule | None:
    """For what there is room; without rungs where all get the whole protocol, None where too few could."""
    if n_pairings * prices.whole <= room:
        return Schedule((), (), n_pairings)
    for divisor in SHORTER:
        rungs = tuple(max(1, round(epochs * share / divisor)) for share in SHARES)
        n_whole = afford(n_pairings, rungs, 0, prices, room)
        if n_whole >= LEAST_FINALISTS:
            return Schedule(sizes(n_pairings, n_whole, len(rungs)), rungs, n_whole)
    return None


def least_room(n_pairings: int, epochs: int, prices: Prices) -> float:
    """What the smallest schedule takes."""
    rungs = tuple(max(1, round(epochs * share / SHORTER[-1])) for share in SHARES)
    return min(n_pairings * prices.whole, _cost(n_pairings, LEAST_FINALISTS, rungs, 0, prices))


def afford(n_pairings: int, rungs: Sequence[int], n_done: int, prices: Prices, room: float) -> int:
    """How many pairings there is room for to get the whole protocol, once the first `n_done` rungs are over.

    `rungs` are the epochs of each. 0 where there isn't even room for the rungs.
    """
    return bisect_right(
        range(1, n_pairings + 1), room, key=lambda n_whole: _cost(n_pairings, n_whole, rungs, n_done, prices)
    )


def sizes(n_pairings: int, n_whole: int, n_rungs: int) -> tuple[int, ...]:
    """Pairings in each rung: each keeps the same share of the one before, and the last so many."""
    shrink = n_whole / n_pairings
    return tuple(round(n_pairings * shrink ** (rung / n_rungs)) for rung in range(n_rungs))


def share_out(n_whole: int, n_mistakes: int) -> tuple[int, int]:
    """Finalists and mistakes, of so many that there is room for; without the least number of finalists no mistake."""
    of_mistakes = min(n_mistakes, n_whole // MISTAKE_SHARE, max(0, n_whole - LEAST_FINALISTS))
    return min(max(n_whole - of_mistakes, LEAST_FINALISTS), MOST_FINALISTS), of_mistakes


def _cost(n_pairings: int, n_whole: int, rungs: Sequence[int], n_done: int, prices: Prices) -> float:
    screened = zip(sizes(n_pairings, n_whole, len(rungs)), rungs, strict=True)
    of_rungs = sum(n * epochs * prices.screen_epoch for n, epochs in list(screened)[n_done:])
    return of_rungs + n_whole * prices.whole
