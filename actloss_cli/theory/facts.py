"""A card's properties in words that a practitioner reads, each with its number; an invalid pairing has few."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from actloss_cli import catalogue
from actloss_cli.theory.card import Card
from actloss_cli.theory.notices import LEAST_EXCESS, LEAST_UNREACHABLE, WEAK
from actloss_cli.theory.properties import Properties
from actloss_cli.theory.surface import SAME

N_PARTNERS = 2
"""The usual ones suffice."""
ALWAYS = 0.995
"""A share from which on a gradient that leads astray is not worth a word of concern."""


@dataclass(frozen=True)
class Fact:
    """One property."""

    key: str
    """Of the JSON."""
    name: str
    value: str
    concern: bool = False
    """Whether training may suffer from it."""


def facts_of(card: Card) -> tuple[Fact, ...]:
    """In the order in which they are read; nothing is said of what has no meaning."""
    properties = card.properties
    if properties is None:
        return ()
    return tuple(fact for rule in _RULES for fact in rule(card, properties))


def _undefined(card: Card, p: Properties) -> Iterator[Fact]:
    share = p.undefined_share
    value = "everywhere" if not share else f"not at {_percent(share)} of z from -8 to 8"
    yield Fact("undefined_share", "the loss is defined", value, share > 0)


def _reach(card: Card, p: Properties) -> Iterator[Fact]:
    low, high = p.reach
    ends = f"{number(low)} to {number(high)}"
    if p.reach_share is None:
        yield Fact("reach", "the output reaches", ends)
    elif card.kind == "regression":
        is_rate = catalogue.loss(card.loss.name).link is not None
        unit = "times the mean" if is_rate else "standard deviations from the mean"
        value = f"{ends} {unit}: {_percent(p.reach_share)} of the targets"
        yield Fact("reach", "the output reaches", value, 1 - p.reach_share >= LEAST_UNREACHABLE)
    elif p.loss_floor == -math.inf:  # no value is the best
        yield Fact("reach", "the output reaches", ends)
    else:
        whose = {1.0: "every class", 0.0: "no class"}.get(p.reach_share, "one class alone")
        yield Fact("reach", "the output reaches", f"{ends}, with the best value for {whose}", p.reach_share < 1)


def _floor(card: Card, p: Properties) -> Iterator[Fact]:
    if p.loss_floor is None:
        return
    if math.isinf(p.loss_floor):
        yield Fact("loss_floor", "the loss can fall to", "minus infinity: it has no lower end", concern=True)
        return
    mean = " as a mean over targets" if card.kind == "regression" else ""
    excess = p.excess or 0.0
    above = f", {number(excess)} above what output {card.partner_output} allows" if excess >= LEAST_EXCESS else ""
    floor = number(p.loss_floor if abs(p.loss_floor) >= SAME else 0.0)
    yield Fact("loss_floor", "the loss can fall to", f"{floor}{mean}{above}", excess >= LEAST_EXCESS)
    if p.trivial:
        yield Fact("trivial", "one output, whatever the class", "is as low as any for every class", concern=True)


def _r2(card: Card, p: Properties) -> Iterator[Fact]:
    if p.r2_ceiling is not None:
        value = f"{p.r2_ceiling:.3f} at best"
        yield Fact("r2_ceiling", "R² within that reach", value, 1 - p.r2_ceiling >= LEAST_UNREACHABLE)


def _sign(card: Card, p: Properties) -> Iterator[Fact]:
    if p.sign_correct is not None:
        share = p.sign_correct
        value = f"from {_percent(share)} of z, elsewhere not" if share else "from nowhere"
        value = "from everywhere" if share >= ALWAYS else value
        yield Fact("sign_correct", "the gradient leads to the target", value, share < ALWAYS)


def _pull(card: Card, p: Properties) -> Iterator[Fact]:
    if p.pull is None or p.pull_max is None or p.pull_share is None:
        return
    if not p.pull_max:
        value = "none, nor anywhere else"
    elif not p.pull:
        value = f"none; {number(p.pull_max)} at its largest"
    else:
        value = f"{_percent(p.pull_share)} of its largest: {number(p.pull)} of {number(p.pull_max)}"
    concern = p.pull_share < WEAK or not p.pull_max
    yield Fact("pull", "gradient when confidently wrong", value, concern)


def _convex(card: Card, p: Properties) -> Iterator[Fact]:
    if p.convex is not None:
        yield Fact("convex", "the loss is convex in z", _yes(p.convex))


def _matching(card: Card, p: Properties) -> Iterator[Fact]:
    if p.matching is not None:
        value = "yes: output and loss match" if p.matching else "no"
        yield Fact("matching", "the gradient is output - target", value)


def _aims(card: Card, p: Properties) -> Iterator[Fact]:
    if p.calibrated is not None:
        value = "for the likeliest class" if p.calibrated else "not always for the likeliest class"
        yield Fact("calibrated", "trained to the end, it decides", value, not p.calibrated)
    if p.proper is not None:
        implied = "not the true ones" if catalogue.loss(card.loss.name).implied else "none: the loss implies none"
        yield Fact("proper", "its probabilities are then", "the true ones" if p.proper else implied)


def _partners(card: Card, p: Properties) -> Iterator[Fact]:
    yield Fact("partner_output", "standard output for the loss", card.partner_output)
    losses = " or ".join(card.partner_losses[:N_PARTNERS])
    yield Fact("partner_losses", "standard loss for the output", losses or "none: no loss is made for it")


_RULES = (_undefined, _reach, _floor, _r2, _sign, _pull, _convex, _matching, _aims, _partners)


def _percent(share: float) -> str:
    """Two significant digits, but never 0 or 100 % of what is not."""
    percent = 100 * share
    if percent in (0.0, 100.0):
        return f"{percent:.0f} %"
    return f"{min(percent, 99.9):.3g} %" if percent > 99 else f"{percent:.2g} %"


def number(value: float) -> str:
    """Three significant digits."""
    digits = f"{value:.1e}" if 0 < abs(value) < 1e-3 else f"{value:.3g}"
    return digits.replace("e-0", "e-").replace("e+0", "e")


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
