"""Periodic functions and the bell."""

import torch
from torch import Tensor

from actloss_cli.catalogue.activations.parts import kernel_from
from actloss_cli.catalogue.interval import POSITIVE, REAL, Interval
from actloss_cli.catalogue.spec import ActivationSpec


def _sine(x: Tensor, omega: float) -> Tensor:
    return torch.sin(omega * x)


def _snake(x: Tensor, a: float) -> Tensor:
    return x + torch.sin(a * x).square() / a


def _gaussian(x: Tensor) -> Tensor:
    return torch.exp(-x.square())


SINE = ActivationSpec(
    name="sine",
    aliases=("sin",),
    formula="sin(omega x)",
    source="Sitzmann, Martel, Bergman, Lindell & Wetzstein (2020)",
    apply=_sine,
    range=Interval(-1.0, 1.0),
    # not the paper's 30, which goes with weights drawn 30 times smaller in all but the first layer
    hyper={"omega": 1.0},
    limits={"omega": POSITIVE},
    kernel=kernel_from(_sine, lambda z, omega: (omega * z).cos_().mul_(omega)),
)

SNAKE = ActivationSpec(
    name="snake",
    formula="x + sin(a x)^2 / a",
    source="Ziyin, Hartwig & Ueda (2020)",
    apply=_snake,
    range=REAL,
    hyper={"a": 1.0},
    limits={"a": POSITIVE},
    kernel=kernel_from(_snake, lambda z, a: (2 * a * z).sin_().add_(1)),
)

GAUSSIAN = ActivationSpec(
    name="gaussian",
    aliases=("rbf",),
    formula="exp(-x^2)",
    source="Broomhead & Lowe (1988)",
    apply=_gaussian,
    range=Interval(0.0, 1.0, low_open=True),
    kernel=kernel_from(_gaussian, lambda z: _gaussian(z).mul_(z).mul_(-2)),
)

WAVES = (SINE, SNAKE, GAUSSIAN)
