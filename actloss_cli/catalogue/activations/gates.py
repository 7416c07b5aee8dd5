"""Self-gated functions: x times something that goes from 0 to 1, or its like."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.activations.parts import native_kernel, number
from actloss_cli.catalogue.interval import NOT_NEGATIVE, REAL, Interval
from actloss_cli.catalogue.spec import ActivationSpec, Hyper, InPlaceKernel, Kink
from actloss_cli.native import functions

_aten = torch.ops.aten

SILU_MINIMUM = -0.2784645427610738
"""At x = -1.2784645; W(1/e) of Lambert's function, negated."""
GELU_MINIMUM = {"none": -0.16997120747990367, "tanh": -0.17004075057125405}
"""At x = -0.7517915 and -0.7524614: where the derivative is 0, solved in 30 digits, as for all minima below."""
MISH_MINIMUM = -0.3088434130172504
"""At x = -1.1924312."""
TANHEXP_MINIMUM = -0.3532857778482113
"""At x = -1.0788601."""
SERF_MINIMUM = -0.3484374587596064
"""At x = -1.1930600."""
ELISH_MINIMUM = 2 * math.sqrt(2) - 3
"""Where exp(x) = sqrt(2) - 1."""
HARDSWISH_MINIMUM = -3 / 8
"""At x = -3/2."""

_QUICK = 1.702


def _from(low: float) -> Interval:
    return Interval(low, math.inf)


def _swish_beta(x: Tensor, init: float, beta: Tensor) -> Tensor:
    """`init` is where `beta` starts."""
    return x * torch.sigmoid(beta * x)


def _quick_gelu_backward(grad: Tensor, saved: Tensor, hyper: Hyper) -> None:
    """The derivative of silu(c x) / c is silu'(c x)."""
    functions.gradient("silu", grad, saved * _QUICK)


def _tanhexp(x: Tensor) -> Tensor:
    """tanh(exp(5)) is 1 in float64; without the bound exp overflows, and the gradient is 0 * inf."""
    return x * torch.tanh(torch.exp(x.clamp_max(5.0)))


SILU = ActivationSpec(
    name="silu",
    aliases=("swish",),
    formula="x sigmoid(x)",
    source="Hendrycks & Gimpel (2016); Ramachandran, Zoph & Le (2017)",
    apply=F.silu,
    module=nn.SiLU,
    range=_from(SILU_MINIMUM),
    kernel=native_kernel("silu"),
)

SWISH_BETA = ActivationSpec(
    name="swish_beta",
    formula="x sigmoid(beta x), beta learnt (one per layer)",
    source="Ramachandran, Zoph & Le (2017)",
    apply=_swish_beta,
    range=REAL,  # a beta that turns negative turns the function over
    hyper={"init": 1.0},
    learnable=lambda h: {"beta": number(h, "init")},
    output=False,
)

GELU = ActivationSpec(
    name="gelu",
    formula="x Phi(x), Phi the normal distribution function or its approximation by tanh",
    source="Hendrycks & Gimpel (2016)",
    apply=F.gelu,
    module=nn.GELU,
    range=lambda h: _from(GELU_MINIMUM[str(h["approximate"])]),
    hyper={"approximate": "none"},
    options={"approximate": ("none", "tanh")},
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.gelu.out(z, approximate=h["approximate"], out=out),
        backward=lambda grad, saved, h: _aten.gelu_backward.grad_input(
            grad, saved, approximate=h["approximate"], grad_input=grad
        ),
        saves="input",
    ),
)

QUICK_GELU = ActivationSpec(
    name="quick_gelu",
    formula="x sigmoid(1.702 x)",
    source="Hendrycks & Gimpel (2016)",
    apply=lambda x: x * torch.sigmoid(_QUICK * x),
    range=_from(SILU_MINIMUM / _QUICK),
    kernel=InPlaceKernel(
        forward=lambda z, out, h: functions.apply("sigmoid", torch.mul(z, _QUICK, out=out), out).mul_(z),
        backward=_quick_gelu_backward,
        saves="input",
    ),
)

HARDSWISH = ActivationSpec(
    name="hardswish",
    aliases=("hard_swish",),
    formula="x min(max(0, x + 3), 6) / 6",
    source="Howard et al. (2019)",
    apply=F.hardswish,
    module=nn.Hardswish,
    range=_from(HARDSWISH_MINIMUM),
    kinks=(Kink(-3.0, 0.0), Kink(3.0, 1.0)),
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.hardswish.out(z, out=out),
        backward=lambda grad, saved, h: _aten.hardswish_backward.out(grad, saved, out=grad),
        saves="input",
    ),
)

MISH = ActivationSpec(
    name="mish",
    formula="x tanh(log(1 + exp(x)))",
    source="Misra (2019)",
    apply=F.mish,
    module=nn.Mish,
    range=_from(MISH_MINIMUM),
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.mish.out(z, out=out),
        backward=lambda grad, saved, h: grad.copy_(_aten.mish_backward(grad, saved)),
        saves="input",
    ),
)

TANHEXP = ActivationSpec(
    name="tanhexp",
    formula="x tanh(exp(x))",
    source="Liu & Di (2020)",
    apply=_tanhexp,
    range=_from(TANHEXP_MINIMUM),
)

SERF = ActivationSpec(
    name="serf",
    formula="x erf(log(1 + exp(x)))",
    source="Nag & Bhattacharyya (2021)",
    apply=lambda x: x * torch.erf(F.softplus(x)),
    range=_from(SERF_MINIMUM),
)

LISHT = ActivationSpec(
    name="lisht",
    formula="x tanh(x)",
    source="Roy, Manna, Dubey & Chaudhuri (2019)",
    apply=lambda x: x * torch.tanh(x),
    range=NOT_NEGATIVE,
)

ELISH = ActivationSpec(
    name="elish",
    formula="(x if x >= 0 else exp(x) - 1) sigmoid(x)",
    source="Basirat & Roth (2018)",
    apply=lambda x: F.elu(x) * torch.sigmoid(x),
    range=_from(ELISH_MINIMUM),
)

GATES = (SILU, SWISH_BETA, GELU, QUICK_GELU, HARDSWISH, MISH, TANHEXP, SERF, LISHT, ELISH)
