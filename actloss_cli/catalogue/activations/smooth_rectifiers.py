"""Rectifiers with a bend in place of the corner: exponential, logarithmic, by a root, by a parabola."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.activations.parts import corner_at_zero, kernel_from, native_kernel, number
from actloss_cli.catalogue.interval import NOT_NEGATIVE, POSITIVE, Interval
from actloss_cli.catalogue.spec import ActivationSpec, Hyper, InPlaceKernel, Kink

_aten = torch.ops.aten

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
"""Klambauer et al. (2017), eq. 14: they keep mean 0 and variance 1 where weights have mean 0 and variance 1 / n_in."""

_LN2 = math.log(2)


def _above(low: float) -> Interval:
    return Interval(low, math.inf, low_open=True)


def _elu_kernel(coefficients: Callable[[Hyper], tuple[float, float, float]]) -> InPlaceKernel:
    """Of scale (x if x > 0 else alpha (exp(rate x) - 1)), from alpha >= 0, scale and rate."""

    def numbers(hyper: Hyper) -> tuple[float, ...]:
        alpha, scale, rate = coefficients(hyper)
        return scale * alpha, scale, rate

    return native_kernel("elu", numbers)


def _isrlu(x: Tensor, alpha: float) -> Tensor:
    return x * _isrlu_root(x, alpha)


def _isrlu_root(x: Tensor, alpha: float) -> Tensor:
    """1 / sqrt(1 + alpha x²) for x < 0, else 1; its cube is the derivative of ISRLU."""
    return (1 + alpha * x.clamp_max(0.0).square()).rsqrt()


def _softplus_kinks(hyper: Hyper) -> tuple[Kink, ...]:
    """Above the threshold torch takes x: a jump by log(1 + exp(-threshold)) / beta, told where float32 can see it."""
    threshold = number(hyper, "threshold")
    seen = math.log1p(math.exp(-threshold)) > torch.finfo(torch.float32).eps * threshold
    return (Kink(threshold / number(hyper, "beta"), 1 / (1 + math.exp(-threshold))),) if seen else ()


def _squareplus(x: Tensor, b: float) -> Tensor:
    """Through sqrt(x² + b) = |x| + b / (|x| + sqrt(x² + b)): far below 0 the plain formula cancels to 0."""
    size = x.abs()
    return (x + size + b / (size + (x.square() + b).sqrt())) / 2


def _smelu(x: Tensor, beta: float) -> Tensor:
    return (x + beta).clamp(0.0, 2 * beta).square() / (4 * beta) + torch.relu(x - beta)


ELU = ActivationSpec(
    name="elu",
    formula="x if x > 0 else alpha (exp(x) - 1)",
    source="Clevert, Unterthiner & Hochreiter (2016)",
    apply=F.elu,
    module=nn.ELU,
    range=lambda h: _above(-number(h, "alpha")) if h["alpha"] else NOT_NEGATIVE,
    kinks=lambda h: corner_at_zero(number(h, "alpha")),
    hyper={"alpha": 1.0},
    limits={"alpha": NOT_NEGATIVE},
    kernel=_elu_kernel(lambda h: (number(h, "alpha"), 1.0, 1.0)),
)

CELU = ActivationSpec(
    name="celu",
    formula="x if x > 0 else alpha (exp(x / alpha) - 1)",
    source="Barron (2017)",
    apply=F.celu,
    module=nn.CELU,
    range=lambda h: _above(-number(h, "alpha")),
    hyper={"alpha": 1.0},
    limits={"alpha": POSITIVE},
    kernel=_elu_kernel(lambda h: (number(h, "alpha"), 1.0, 1 / number(h, "alpha"))),
)

SELU = ActivationSpec(
    name="selu",
    formula="1.0507 (x if x > 0 else 1.6733 (exp(x) - 1))",
    source="Klambauer, Unterthiner, Mayr & Hochreiter (2017)",
    apply=F.selu,
    module=nn.SELU,
    range=_above(-SELU_SCALE * SELU_ALPHA),
    kinks=(Kink(0.0, SELU_SCALE * SELU_ALPHA),),
    init_gain=3 / 4,
    kernel=_elu_kernel(lambda h: (SELU_ALPHA, SELU_SCALE, 1.0)),
)

ISRLU = ActivationSpec(
    name="isrlu",
    formula="x if x >= 0 else x / sqrt(1 + alpha x^2)",
    source="Carlile, Delamarter, Kinney, Marti & Whitney (2017)",
    apply=_isrlu,
    range=lambda h: _above(-1 / math.sqrt(number(h, "alpha"))),
    hyper={"alpha": 1.0},
    limits={"alpha": POSITIVE},
    kernel=kernel_from(_isrlu, lambda z, alpha: _isrlu_root(z, alpha).pow_(3)),
)

SOFTPLUS = ActivationSpec(
    name="softplus",
    formula="log(1 + exp(beta x)) / beta, x where beta x > threshold",
    source="Dugas, Bengio, Bélisle, Nadeau & Garcia (2001)",
    apply=F.softplus,
    module=nn.Softplus,
    range=POSITIVE,
    kinks=_softplus_kinks,
    hyper={"beta": 1.0, "threshold": 20.0},
    # a negative threshold lets negative values through; the gradient of a large one is inf / inf in float32
    limits={"beta": POSITIVE, "threshold": Interval(0.0, 80.0)},
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.softplus.out(z, h["beta"], h["threshold"], out=out),
        backward=lambda grad, saved, h: _aten.softplus_backward.grad_input(
            grad, saved, h["beta"], h["threshold"], grad_input=grad
        ),
        saves="input",
    ),
)

SHIFTED_SOFTPLUS = ActivationSpec(
    name="shifted_softplus",
    aliases=("ssp",),
    formula="log(1 + exp(x)) - log(2)",
    source="Schütt et al. (2017)",
    apply=lambda x: F.softplus(x) - _LN2,
    range=_above(-_LN2),
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.softplus.out(z, 1, 20, out=out).sub_(_LN2),
        backward=lambda grad, saved, h: _aten.softplus_backward.grad_input(grad, saved, 1, 20, grad_input=grad),
        saves="input",
    ),
)

SQUAREPLUS = ActivationSpec(
    name="squareplus",
    formula="(x + sqrt(x^2 + b)) / 2",
    source="Barron (2021)",
    apply=_squareplus,
    range=POSITIVE,
    hyper={"b": 4.0},
    limits={"b": POSITIVE},
    kernel=kernel_from(_squareplus, lambda z, b: _squareplus(z, b).div_((z.square() + b).sqrt_())),
)

SMELU = ActivationSpec(
    name="smelu",
    formula="0 if x <= -beta, (x + beta)^2 / (4 beta) if |x| < beta, x if x >= beta",
    source="Shamir, Lin & Coviello (2020)",
    apply=_smelu,
    range=NOT_NEGATIVE,
    hyper={"beta": 1.0},
    limits={"beta": POSITIVE},
    kernel=kernel_from(_smelu, lambda z, beta: (z / (2 * beta)).add_(0.5).clamp_(0.0, 1.0)),
)

SMOOTH_RECTIFIERS = (ELU, CELU, SELU, ISRLU, SOFTPLUS, SHIFTED_SOFTPLUS, SQUAREPLUS, SMELU)
