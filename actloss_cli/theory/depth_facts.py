"""What a card's hidden layers do before the first step, in words that a practitioner reads, each with its number."""

import math
from collections.abc import Iterator

import numpy as np

from actloss_cli.theory.card import Card
from actloss_cli.theory.depth import DepthProperties
from actloss_cli.theory.facts import Fact, number
from actloss_cli.theory.fixed_point import FixedPoint
from actloss_cli.theory.prediction_thresholds import PredictionThresholds

ALIKE = 0.995
"""A correlation from which on a network hardly tells rows apart."""
LARGEST = float(np.finfo(np.float32).max)
"""What models are trained in has no larger number."""
NOTHING = 1e-9
"""Below it a mean or a correlation is one of quadrature alone."""


def depth_facts(card: Card) -> tuple[Fact, ...]:
    """Of the first and the last hidden layer, and of where a deep network settles; none where no layers are named."""
    if card.depth is None:
        return ()
    settled = () if card.settled is None else (_settled(card.settled),)
    return (*_of_layers(card.depth), *settled)


def _of_layers(depth: DepthProperties) -> Iterator[Fact]:
    values = f"{number(depth.activation_rms[0])} in the first, {number(depth.activation_rms[-1])} in the last"
    yield Fact("activation_rms", "size of values (rms)", values, not depth.activation_rms[-1] < LARGEST)
    if not math.isfinite(depth.activation_rms[-1]):
        return  # nothing more can be told
    centre = f"{number(_settle(depth.off_centre[-1]))} of their size in the last"
    yield Fact("off_centre", "mean of values", centre)
    yield Fact("zeros", "values that are exactly 0", f"{100 * depth.zeros[-1]:.3g} % in the last")
    growth = f"times {number(depth.delta_growth[0])} through the first"
    yield Fact("delta_growth", "gradients, passed down a layer", growth)
    ratio = f"{number(depth.gradient_ratio)} times the last layer's"
    fades = depth.gradient_ratio < PredictionThresholds().gradient_ratio
    yield Fact("gradient_ratio", "first layer's gradient", ratio, fades)
    if depth.likeness is not None:
        last = depth.likeness[-1]
        value = f"{number(_settle(last))} in the last (1: told apart no more)"
        yield Fact("likeness", "two unlike rows correlate by", value, last >= ALIKE)


def _settled(at: FixedPoint) -> Fact:
    value = (
        f"variance {number(at.variance)} of z, mean {number(_settle(at.mean))} of values; gradients there times "
        f"{number(math.sqrt(at.growth))} a layer"
    )
    return Fact("fixed_point", "far down, wide layers settle at", value)


def _settle(value: float) -> float:
    return 0.0 if abs(value) < NOTHING else value
