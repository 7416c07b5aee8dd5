"""Functions from 0 to 1, distribution functions all, and the logarithm of one."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.activations.parts import kernel_from, native_kernel
from actloss_cli.catalogue.interval import UNIT, UNIT_OPEN, Interval
from actloss_cli.catalogue.spec import ActivationSpec, InPlaceKernel, Kink

_aten = torch.ops.aten

LAPLACE_MEAN, LAPLACE_SCALE = math.sqrt(1 / 2), math.sqrt(1 / (4 * math.pi))
"""Ma et al. (2022): with these it has the value and the slope of squared ReLU at x = sqrt(1/2)."""


def _phi(x: Tensor) -> Tensor:
    """`torch.special.ndtr` has no digits left below -8 in float64, and below -5 in float32."""
    return torch.erfc(x * -math.sqrt(0.5)) / 2


def _normal_density(z: Tensor) -> Tensor:
    return z.square().mul_(-0.5).exp_().mul_(1 / math.sqrt(2 * math.pi))


def _cloglog(x: Tensor) -> Tensor:
    """exp(-exp(10)) is 0 in float64; without the bound exp overflows, and the gradient is 0 * inf."""
    return -torch.expm1(-torch.exp(x.clamp_max(10.0)))


def _laplace(x: Tensor) -> Tensor:
    return _phi((x - LAPLACE_MEAN) / LAPLACE_SCALE)


SIGMOID = ActivationSpec(
    name="sigmoid",
    aliases=("logistic",),
    formula="1 / (1 + exp(-x))",
    source="Rumelhart, Hinton & Williams (1986)",
    apply=torch.sigmoid,
    module=nn.Sigmoid,
    range=UNIT_OPEN,
    init_gain=1.0,
    kernel=native_kernel("sigmoid"),
)

LOG_SIGMOID = ActivationSpec(
    name="log_sigmoid",
    aliases=("logsigmoid",),
    formula="-log(1 + exp(-x))",
    source="torch.nn.LogSigmoid",
    apply=F.logsigmoid,
    module=nn.LogSigmoid,
    range=Interval(-math.inf, 0.0, high_open=True),
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.log_sigmoid.out(z, out=out),
        backward=lambda grad, saved, h: grad.mul_(torch.neg(saved).sigmoid_()),
        saves="input",
    ),
)

HARDSIGMOID = ActivationSpec(
    name="hardsigmoid",
    aliases=("hard_sigmoid",),
    formula="min(max(0, x + 3), 6) / 6",
    source="Howard et al. (2019)",
    apply=F.hardsigmoid,
    module=nn.Hardsigmoid,
    range=UNIT,
    kinks=(Kink(-3.0, 0.0), Kink(3.0, 0.0)),
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.hardsigmoid.out(z, out=out),
        backward=lambda grad, saved, h: _aten.hardsigmoid_backward.grad_input(grad, saved, grad_input=grad),
        saves="input",
    ),
)

PROBIT = ActivationSpec(
    name="probit",
    formula="Phi(x), the normal distribution function",
    source="Gomes & Ludermir (2008)",
    apply=_phi,
    range=UNIT_OPEN,
    kernel=kernel_from(_phi, _normal_density),
)

CLOGLOG = ActivationSpec(
    name="cloglog",
    formula="1 - exp(-exp(x))",
    source="Gomes & Ludermir (2008)",
    apply=_cloglog,
    range=UNIT_OPEN,
)

LAPLACE = ActivationSpec(
    name="laplace",
    formula="Phi((x - sqrt(1/2)) / sqrt(1/(4 pi)))",
    source="Ma et al. (2022)",
    apply=_laplace,
    range=UNIT_OPEN,
    kernel=kernel_from(_laplace, lambda z: _normal_density((z - LAPLACE_MEAN) / LAPLACE_SCALE).div_(LAPLACE_SCALE)),
)

DISTRIBUTIONS = (SIGMOID, LOG_SIGMOID, HARDSIGMOID, PROBIT, CLOGLOG, LAPLACE)
