"""How an effect is held against a claim's bound: the p of the claim's contrary, and of the claim itself. Pure."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from actloss_cli.claims.effects import Effect
from actloss_cli.claims.schema import Direction


@dataclass(frozen=True)
class Criterion:
    """Two one-sided tests at one bound: whichever rejects decides."""

    p_for: Callable[[Effect], float]
    """Of the claim's contrary: small where the claim is shown."""
    p_against: Callable[[Effect], float]
    """Of the claim: small where it is refuted."""
    low: float
    """The claim holds of effects above it, and below `high`, on the scale that is tested."""
    high: float


def one_sided(direction: Direction, margin: float) -> Criterion:
    """The effect lies beyond the margin (greater, less), or not beyond it on the wrong side (at_least, at_most)."""
    bound = margin if direction in ("greater", "at_most") else -margin
    if direction in ("greater", "at_least"):
        return Criterion(lambda effect: effect.p_above(bound), lambda effect: effect.p_below(bound), bound, math.inf)
    return Criterion(lambda effect: effect.p_below(bound), lambda effect: effect.p_above(bound), -math.inf, bound)


def equality(within: float) -> Criterion:
    """Two one-sided tests (Schuirmann, 1987); refuted where the effect is shown to lie beyond either bound."""
    return Criterion(
        lambda effect: max(effect.p_above(-within), effect.p_below(within)),
        lambda effect: min(1.0, 2 * min(effect.p_above(within), effect.p_below(-within))),
        -within,
        within,
    )
