"""From a case, which can be drawn again and again, to the rates of its verdicts, each held to a bound."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.random import Generator

from actloss_cli.analysis.evidence import TaskFacts
from actloss_cli.analysis.proportions import wilson
from actloss_cli.analysis.statistics import Interval
from actloss_cli.seeding import derive_seed
from studies.judged import Drawn, verdict_of

HOLDS, RARER, TOO_OFTEN = "holds", "rarer", "too often"


@dataclass(frozen=True)
class Bound:
    """A rate must lie between, ends included."""

    low: float
    high: float


@dataclass(frozen=True)
class Case:
    """A pairing and its reference, whose seeds can be drawn anew; which verdicts are counted, and their bounds."""

    section: str
    setting: str
    n_seeds: int
    task: TaskFacts
    draw: Callable[[Generator], tuple[Drawn, Drawn]]
    bounds: Mapping[str, Bound]


@dataclass(frozen=True)
class Rate:
    """How often something happened."""

    section: str
    setting: str
    n_seeds: int
    event: str
    """A verdict, or what else was counted."""
    count: int
    repetitions: int
    bound: Bound

    @property
    def share(self) -> Interval:
        """With Wilson's 95 % interval."""
        return wilson(self.count, self.repetitions)

    @property
    def outcome(self) -> str:
        """How the rate that was measured stands to its bound: `HOLDS`, `RARER` or `TOO_OFTEN`."""
        measured = self.count / self.repetitions
        if measured > self.bound.high:
            return TOO_OFTEN
        return RARER if measured < self.bound.low else HOLDS


def measure_rates(cases: Sequence[Case], repetitions: int, n_workers: int, keep: Callable[[int], None]) -> list[Rate]:
    """Measures every case, in so many processes; `keep` gets the number of cases done after each."""
    rates: list[Rate] = []
    with ProcessPoolExecutor(n_workers, get_context("spawn")) as pool:
        for done, found in enumerate(pool.map(partial(rates_of, repetitions=repetitions), cases), start=1):
            rates += found
            keep(done)
    return rates


def rates_of(case: Case, repetitions: int) -> list[Rate]:
    """The same every time: the stream of random numbers has the case's name."""
    rng = np.random.default_rng(derive_seed("studies", case.section, case.setting, case.n_seeds))
    counts = Counter(_verdicts(case, repetitions, rng))
    return [
        Rate(case.section, case.setting, case.n_seeds, event, counts[event], repetitions, bound)
        for event, bound in case.bounds.items()
    ]


def _verdicts(case: Case, repetitions: int, rng: Generator) -> Iterator[str]:
    for _ in range(repetitions):
        pairing, reference = case.draw(rng)
        yield str(verdict_of(pairing, reference, case.task))
