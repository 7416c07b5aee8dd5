"""What testing a claim gives: a result with its evidence, case by case. Plain values that travel to the reports."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from actloss_cli.analysis.multiplicity import holm
from actloss_cli.analysis.statistics import LEVEL
from actloss_cli.claims.schema import ClaimSection

Result: TypeAlias = Literal["supported", "refuted", "inconclusive"]
RESULTS: tuple[Result, ...] = ("refuted", "inconclusive", "supported")
"""In the order of reports: what contradicts a textbook is news."""


@dataclass(frozen=True)
class Case:
    """A claim on one task."""

    label: str
    n_seeds: int
    """That both sides have."""
    n_absent: int
    """Seeds without a value on either side; they are left out of this case, and counted."""
    n_pairs: int
    """Pairs of pairings whose mean is compared."""
    effect: float
    """a - b, or a / b where values are compared by ratio; `low` and `high` are its 95 % interval."""
    low: float
    high: float
    p_for: float
    """One-sided p of the claim's contrary: small where the claim holds."""
    p_against: float
    """One-sided p of the claim itself."""

    @property
    def result(self) -> Result:
        """Of this case on its own."""
        return decide(self.p_for, self.p_against, two_sided(self.p_for, self.p_against))

    def under(self, p_against: float) -> "Case":
        """The same with another p against it."""
        return replace(self, p_against=p_against)


@dataclass(frozen=True)
class Outcome:
    """A claim and what came out."""

    claim: ClaimSection
    cases: tuple[Case, ...]
    p_for: float
    p_against: float
    holds_from: float = -np.inf
    """The claim says that effects lie above it, and below `holds_to`."""
    holds_to: float = np.inf
    is_ratio: bool = False
    """Whether effects are ratios."""
    fact: str = ""
    """What the check of a fact found; a fact is known, without chance."""
    q: float = np.nan
    """By Holm over the suite; NaN for a fact."""

    @property
    def p(self) -> float:
        """Two-sided."""
        return two_sided(self.p_for, self.p_against)

    @property
    def result(self) -> Result:
        """At 95 %, after Holm."""
        return decide(self.p_for, self.p_against, self.p if self.fact else self.q)

    @property
    def holds(self) -> bool | None:
        """Whether what the file says that must come out did; None where it says nothing."""
        return None if self.claim.must is None else self.result == self.claim.must

    @property
    def n_tasks_for(self) -> int:
        """Cases in which the claim holds by themselves."""
        return sum(case.result == "supported" for case in self.cases)

    @property
    def n_tasks_against(self) -> int:
        """Cases in which it is refuted by themselves."""
        return sum(case.result == "refuted" for case in self.cases)

    @property
    def telling(self) -> Case | None:
        """The case that the result hangs on: of as many as the claim asks for, the weakest."""
        if not self.cases:
            return None
        least = count_needed(self.claim.quantifier, len(self.cases))
        if self.result == "refuted":
            return sorted(self.cases, key=lambda case: case.p_against)[len(self.cases) - least]
        return sorted(self.cases, key=lambda case: case.p_for)[least - 1]


def two_sided(p_for: float, p_against: float) -> float:
    """The p of a test that may come out either way."""
    return min(1.0, 2 * min(p_for, p_against))


def decide(p_for: float, p_against: float, p: float) -> Result:
    """Supported or refuted where p, adjusted as need be, is small enough."""
    if p > 1 - LEVEL:
        return "inconclusive"
    return "supported" if p_for < p_against else "refuted"


def count_needed(on: str, n: int) -> int:
    """On how many of n tasks a claim must hold."""
    return {"all": n, "most": n // 2 + 1, "some": 1}[on]


def adjusted(outcomes: list[Outcome]) -> list[Outcome]:
    """With q by Holm (1979) over all that were tested together; facts are known, and not counted."""
    q = holm(np.array([np.nan if one.fact else one.p for one in outcomes]))
    return [replace(one, q=float(of_one)) for one, of_one in zip(outcomes, q, strict=True)]
