"""Every number that verdicts hang on, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Shares are of the reference's gain over the floor, unless said otherwise."""

    margin: float = 0.05
    """What a pairing may lose and still work."""
    fail_share: float = 0.25
    """Below it a seed collapses, and a pairing fails."""
    fail_seeds: float = 0.9
    """The share of collapsed seeds that is failure, whatever the mean."""
    min_unstable: int = 2
    """Seeds that must collapse, and seeds that must be good, before a pairing is called unstable."""
    signal: float = 0.1
    """What the reference itself must gain over the floor, in score."""
    level: float = 0.95
    """Of every confidence interval."""
    slow_factor: float = 2.0
    """Times the reference's steps."""
    slow_p: float = 0.025
    """One-sided, of the sign test."""
    slow_evaluations: int = 3
    """The least median gap, in evaluations, since steps are only seen once in an epoch."""
    most_seeds: int = 200
    """More are not asked for."""
    looks: int = 1
    """2 where seeds are added once to settle what is undecided: each look may then err half as often."""

    @property
    def look_level(self) -> float:
        """Of the intervals of each look: with two, each spends half of what the level allows (Bonferroni)."""
        return 1 - (1 - self.level) / self.looks

    @property
    def look_slow_p(self) -> float:
        """Likewise of the sign test."""
        return self.slow_p / self.looks
