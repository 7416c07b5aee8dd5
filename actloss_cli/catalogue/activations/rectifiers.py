"""Piecewise linear functions with a corner at zero or a threshold, and their squares."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.activations.parts import corner_at_zero, kernel_from, native_kernel, number
from actloss_cli.catalogue.interval import NOT_NEGATIVE, REAL, Interval
from actloss_cli.catalogue.spec import ActivationSpec, Hyper, InPlaceKernel, Kink

_aten = torch.ops.aten


def _leaky_range(slope: float) -> Interval:
    return REAL if slope > 0 else NOT_NEGATIVE


def _two_slopes(x: Tensor, below: Tensor) -> Tensor:
    """As a sum, whose gradient is quicker than that of `torch.where`; at x = 0 clamp_max alone passes one on."""
    return torch.relu(x) + below * x.clamp_max(0.0)


def _prelu(x: Tensor, init: float, weight: Tensor) -> Tensor:
    """`init` is where `weight` starts."""
    return _two_slopes(x, weight)


def _rrelu(x: Tensor, lower: float, upper: float, noise: Tensor | None) -> Tensor:
    """Without noise, that is outside training, every slope is the mean."""
    if lower > upper:
        raise ValueError(f"lower ({lower:g}) is greater than upper ({upper:g})")
    if noise is None:
        return F.leaky_relu(x, (lower + upper) / 2)
    return _two_slopes(x, lower + (upper - lower) * noise)


def _threshold_range(hyper: Hyper) -> Interval:
    """The smallest interval around `value` and all that lies above the threshold."""
    threshold, value = number(hyper, "threshold"), number(hyper, "value")
    return Interval(min(threshold, value), float("inf"), low_open=value > threshold)


RELU = ActivationSpec(
    name="relu",
    formula="max(0, x)",
    source="Nair & Hinton (2010)",
    apply=torch.relu,
    module=nn.ReLU,
    range=NOT_NEGATIVE,
    kinks=corner_at_zero(0.0),
    kernel=native_kernel("relu"),
)

LEAKY_RELU = ActivationSpec(
    name="leaky_relu",
    aliases=("lrelu",),
    formula="x if x > 0 else negative_slope x",
    source="Maas, Hannun & Ng (2013)",
    apply=F.leaky_relu,
    module=nn.LeakyReLU,
    range=lambda h: _leaky_range(number(h, "negative_slope")),
    kinks=lambda h: corner_at_zero(number(h, "negative_slope")),
    hyper={"negative_slope": 0.01},
    kernel=native_kernel("leaky_relu", lambda h: (number(h, "negative_slope"),)),
)

PRELU = ActivationSpec(
    name="prelu",
    formula="x if x > 0 else weight x, weight learnt (one per layer)",
    source="He, Zhang, Ren & Sun (2015)",
    apply=_prelu,
    module=nn.PReLU,
    range=REAL,
    kinks=lambda h: corner_at_zero(number(h, "init")),
    hyper={"init": 0.25},
    learnable=lambda h: {"weight": number(h, "init")},
    output=False,
)

RRELU = ActivationSpec(
    name="rrelu",
    formula="x if x > 0 else slope x, slope uniform in [lower, upper) per element and step, its mean in evaluation",
    source="Xu, Wang, Chen & Li (2015)",
    apply=_rrelu,
    range=lambda h: _leaky_range(number(h, "upper")),
    kinks=lambda h: corner_at_zero((number(h, "lower") + number(h, "upper")) / 2),
    hyper={"lower": 1 / 8, "upper": 1 / 3},
    stochastic=True,
    output=False,
)

THRESHOLD = ActivationSpec(
    name="threshold",
    aliases=("thresholded_relu",),
    formula="x if x > threshold else value",
    source="Konda, Memisevic & Krueger (2015)",
    apply=F.threshold,
    module=nn.Threshold,
    range=_threshold_range,
    kinks=lambda h: (Kink(number(h, "threshold"), 0.0),),
    hyper={"threshold": 1.0, "value": 0.0},
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.threshold.out(z, h["threshold"], h["value"], out=out),
        backward=lambda grad, saved, h: _aten.threshold_backward.grad_input(
            grad, saved, h["threshold"], grad_input=grad
        ),
        saves="input",
    ),
)

RELU6 = ActivationSpec(
    name="relu6",
    formula="min(max(0, x), 6)",
    source="Krizhevsky (2010)",
    apply=F.relu6,
    module=nn.ReLU6,
    range=Interval(0.0, 6.0),
    kinks=(Kink(0.0, 0.0), Kink(6.0, 0.0)),
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.hardtanh.out(z, 0, 6, out=out),
        backward=lambda grad, saved, h: _aten.hardtanh_backward.grad_input(grad, saved, 0, 6, grad_input=grad),
        saves="output",
    ),
)

ABSOLUTE = ActivationSpec(
    name="absolute",
    aliases=("abs",),
    formula="|x|",
    source="Jarrett, Kavukcuoglu, Ranzato & LeCun (2009)",
    apply=torch.abs,
    range=NOT_NEGATIVE,
    kinks=(Kink(0.0, 0.0),),
    kernel=kernel_from(torch.abs, torch.sgn),
)

SQUARED_RELU = ActivationSpec(
    name="squared_relu",
    aliases=("relu2",),
    formula="max(0, x)^2",
    source="So et al. (2021)",
    apply=lambda x: torch.relu(x).square(),
    range=NOT_NEGATIVE,
    kernel=kernel_from(lambda z: torch.relu(z).square(), lambda z: torch.relu(z).mul_(2)),
)

SQUARE = ActivationSpec(
    name="square",
    formula="x^2",
    source="Gilad-Bachrach et al. (2016)",
    apply=torch.square,
    range=NOT_NEGATIVE,
    kernel=kernel_from(torch.square, lambda z: 2 * z),
)

RECTIFIERS = (RELU, LEAKY_RELU, PRELU, RRELU, THRESHOLD, RELU6, ABSOLUTE, SQUARED_RELU, SQUARE)
