"""What may be spent on a question: time on this machine, or a share of what the whole grid would train."""

import math
import re
import time
from dataclasses import dataclass
from typing import Protocol

from actloss_cli.errors import UserError, user_error
from actloss_cli.execute.calibrate import measure
from actloss_cli.plan.learning_rates import base_grid
from actloss_cli.plan.plan import Plan
from actloss_cli.recommend.budget import Prices
from actloss_cli.recommend.record import Rung

EXTENDED = 1.05
"""What grids that are extended make of tune trials, about."""
ANSWER_S = 2.0
"""What is left of the time for judging the finalists and writing the answer."""
SPREAD = 0.9
"""Of the cores' time, what training gets: at the end of a rung one core waits for the other."""
SLOWEST, FASTEST = 4.0, 0.5
"""Bounds for how far one rung's time may move the prices."""
MORE = 1.2
"""Of an allowance that would just do, what is asked for."""
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_FORM = re.compile(r"(\d+(?:\.\d+)?) ?(s|m|min|h|%)?")


class Allowance(Protocol):
    """Prices and what is left are in the same unit, which is the allowance's own affair."""

    def prices(self, rung: Plan, whole: Plan) -> Prices:
        """Of one epoch of that rung's pairings, and of that plan's pairing by the whole protocol."""
        ...

    def room(self, prices: Prices, n_trainable: int, rungs: tuple[Rung, ...]) -> float:
        """What is left after these rungs; the whole grid has so many pairings that can be trained."""
        ...

    def corrected(self, prices: Prices, rung: Rung, elapsed_s: float) -> Prices:
        """What a rung took may say more than its first steps."""
        ...

    def too_small(self, n_pairings: int, least: float, room: float) -> UserError:
        """Where that much is left, and at least so much were needed."""
        ...


@dataclass(frozen=True)
class TimeAllowance:
    """Seconds, of which the workers share what is left. The unit is a second of one core."""

    seconds: float
    began: float
    """By `time.monotonic`."""
    n_workers: int

    def prices(self, rung: Plan, whole: Plan) -> Prices:
        """By a few steps of some of the stacks that are trained first."""
        (of_rung,) = measure(rung).values()
        (of_whole,) = measure(whole).values()
        return Prices(EXTENDED * of_rung.seconds / of_rung.n_pairings, EXTENDED * of_whole.seconds)

    def room(self, prices: Prices, n_trainable: int, rungs: tuple[Rung, ...]) -> float:
        """By the clock."""
        left_s = self.seconds - ANSWER_S - (time.monotonic() - self.began)
        return left_s * self.n_workers * SPREAD

    def corrected(self, prices: Prices, rung: Rung, elapsed_s: float) -> Prices:
        """As many times as much as the rung took longer than expected, within bounds."""
        expected_s = rung.n_pairings * rung.epochs * prices.screen_epoch
        return prices.times(min(max(elapsed_s * self.n_workers / expected_s, FASTEST), SLOWEST))

    def too_small(self, n_pairings: int, least: float, room: float) -> UserError:
        """With the time that would do."""
        needed_s = MORE * (self.seconds + (least - room) / (self.n_workers * SPREAD))
        return _too_small(f"{self.seconds:g} s", n_pairings, f"{math.ceil(needed_s)}s")


@dataclass(frozen=True)
class ShareAllowance:
    """A share of the whole grid's training, whatever the machine. The unit is one epoch of one training."""

    share: float

    def prices(self, rung: Plan, whole: Plan) -> Prices:
        """Counted."""
        (planned,) = whole.pairings
        task = planned.facts.task
        tuned = EXTENDED * len(base_grid(task.lr, planned.pairing.optimizer))
        return Prices(tuned, task.training.epochs * (tuned * task.seeds.tune + task.seeds.final))

    def room(self, prices: Prices, n_trainable: int, rungs: tuple[Rung, ...]) -> float:
        """The share of the whole grid less what the rungs were expected to take."""
        spent = sum(rung.n_pairings * rung.epochs * prices.screen_epoch for rung in rungs)
        return self.share * n_trainable * prices.whole - spent

    def corrected(self, prices: Prices, rung: Rung, elapsed_s: float) -> Prices:
        """Counts stay what they are."""
        return prices

    def too_small(self, n_pairings: int, least: float, room: float) -> UserError:
        """With the share that would do."""
        needed = MORE * self.share * least / room
        return _too_small(f"{100 * self.share:g} %", n_pairings, f"{math.ceil(100 * needed)}%")


def read_allowance(text: str, began: float, n_workers: int) -> Allowance:
    """Of `90`, `90s`, `2m`, `1.5 h` or `5%`; raises `UserError` for anything else."""
    found = _FORM.fullmatch(text.strip().lower())
    number = float(found[1]) if found else 0.0
    if found is None or not number or (found[2] == "%" and number > 100):
        raise user_error(
            f"{text[:40]!r} is neither a span of time nor a share of the whole grid",
            where="--budget",
            hint="write it as in 90s, 2m, 1h or 5%",
        )
    if found[2] == "%":
        return ShareAllowance(number / 100)
    return TimeAllowance(number * _UNITS[found[2] or ""], began, n_workers)


def _too_small(given: str, n_pairings: int, needed: str) -> UserError:
    return user_error(
        f"a budget of {given} is too small for these data: {n_pairings} pairings would get too little training to tell "
        "them apart",
        hint=f"give --budget {needed} or more",
    )
