"""S-shaped functions through the origin, bounded on both sides."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.activations.parts import corner_at_zero, kernel_from, native_kernel, number
from actloss_cli.catalogue.interval import POSITIVE, UNIT, Interval
from actloss_cli.catalogue.spec import ActivationSpec, Hyper, InPlaceKernel, Kink
from actloss_cli.native import functions

_aten = torch.ops.aten

LECUN_SCALE, LECUN_SLOPE = 1.7159, 2 / 3
"""f(1) = 1, f(-1) = -1 and the largest curvature there."""


def _between(bound: float) -> Interval:
    return Interval(-bound, bound, low_open=True, high_open=True)


def _penalised_tanh(x: Tensor, slope: float) -> Tensor:
    return F.leaky_relu(torch.tanh(x), slope)


def _penalised_tanh_backward(grad: Tensor, saved: Tensor, hyper: Hyper) -> None:
    _aten.leaky_relu_backward.grad_input(grad, saved, hyper["slope"], False, grad_input=grad)
    _aten.tanh_backward.grad_input(grad, torch.tanh(saved), grad_input=grad)


def _hardtanh(x: Tensor, min_val: float, max_val: float) -> Tensor:
    if min_val >= max_val:
        raise ValueError(f"min_val ({min_val:g}) is not less than max_val ({max_val:g})")
    return F.hardtanh(x, min_val, max_val)


def _isru(x: Tensor, alpha: float) -> Tensor:
    return x * _isru_root(x, alpha)


def _isru_root(x: Tensor, alpha: float) -> Tensor:
    """1 / sqrt(1 + alpha x²); its cube is the derivative of ISRU."""
    return (1 + alpha * x.square()).rsqrt()


def _lecun_tanh(x: Tensor) -> Tensor:
    return LECUN_SCALE * torch.tanh(LECUN_SLOPE * x)


def _lecun_tanh_backward(grad: Tensor, saved: Tensor, hyper: Hyper) -> None:
    squares = saved.square()
    grad.mul_(squares.mul_(-LECUN_SLOPE / LECUN_SCALE).add_(LECUN_SLOPE * LECUN_SCALE))


TANH = ActivationSpec(
    name="tanh",
    formula="tanh(x)",
    source="LeCun, Bottou, Orr & Mueller (1998)",
    apply=torch.tanh,
    module=nn.Tanh,
    range=_between(1.0),
    init_gain=5 / 3,
    kernel=native_kernel("tanh"),
)

LECUN_TANH = ActivationSpec(
    name="lecun_tanh",
    aliases=("scaled_tanh",),
    formula="1.7159 tanh(2 x / 3)",
    source="LeCun, Bottou, Orr & Mueller (1998)",
    apply=_lecun_tanh,
    range=_between(LECUN_SCALE),
    kernel=InPlaceKernel(
        forward=lambda z, out, h: functions.apply("tanh", torch.mul(z, LECUN_SLOPE, out=out), out).mul_(LECUN_SCALE),
        backward=_lecun_tanh_backward,
        saves="output",
    ),
)

PENALISED_TANH = ActivationSpec(
    name="penalised_tanh",
    aliases=("penalized_tanh",),
    formula="tanh(x) if x > 0 else slope tanh(x)",
    source="Xu, Huang & Li (2016)",
    apply=_penalised_tanh,
    range=lambda h: Interval(0.0 - number(h, "slope"), 1.0, low_open=h["slope"] != 0, high_open=True),
    kinks=lambda h: corner_at_zero(number(h, "slope")),
    hyper={"slope": 0.25},
    limits={"slope": UNIT},
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.leaky_relu.out(functions.apply("tanh", z, out), h["slope"], out=out),
        backward=_penalised_tanh_backward,
        saves="input",
    ),
)

HARDTANH = ActivationSpec(
    name="hardtanh",
    aliases=("hard_tanh",),
    formula="min(max(min_val, x), max_val)",
    source="Collobert (2004)",
    apply=_hardtanh,
    module=nn.Hardtanh,
    range=lambda h: Interval(number(h, "min_val"), number(h, "max_val")),
    kinks=lambda h: (Kink(number(h, "min_val"), 0.0), Kink(number(h, "max_val"), 0.0)),
    hyper={"min_val": -1.0, "max_val": 1.0},
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.hardtanh.out(z, h["min_val"], h["max_val"], out=out),
        backward=lambda grad, saved, h: _aten.hardtanh_backward.grad_input(
            grad, saved, h["min_val"], h["max_val"], grad_input=grad
        ),
        saves="output",
    ),
)

SOFTSIGN = ActivationSpec(
    name="softsign",
    formula="x / (1 + |x|)",
    source="Bergstra, Desjardins, Lamblin & Bengio (2009)",
    apply=F.softsign,
    module=nn.Softsign,
    range=_between(1.0),
    kernel=kernel_from(F.softsign, lambda z: z.abs().add_(1).square_().reciprocal_()),
)

ARCTAN = ActivationSpec(
    name="arctan",
    aliases=("atan",),
    formula="arctan(x)",
    source="Kamruzzaman & Aziz (2002)",
    apply=torch.atan,
    range=_between(math.pi / 2),
    kernel=kernel_from(torch.atan, lambda z: z.square().add_(1).reciprocal_()),
)

ISRU = ActivationSpec(
    name="isru",
    formula="x / sqrt(1 + alpha x^2)",
    source="Carlile, Delamarter, Kinney, Marti & Whitney (2017)",
    apply=_isru,
    range=lambda h: _between(1 / math.sqrt(number(h, "alpha"))),
    hyper={"alpha": 1.0},
    limits={"alpha": POSITIVE},
    kernel=kernel_from(_isru, lambda z, alpha: _isru_root(z, alpha).pow_(3)),
)

ERF = ActivationSpec(
    name="erf",
    formula="erf(x)",
    source="Williams (1997)",
    apply=torch.erf,
    range=_between(1.0),
    kernel=kernel_from(torch.erf, lambda z: z.square().neg_().exp_().mul_(2 / math.sqrt(math.pi))),
)

SIGMOIDS = (TANH, LECUN_TANH, PENALISED_TANH, HARDTANH, SOFTSIGN, ARCTAN, ISRU, ERF)
