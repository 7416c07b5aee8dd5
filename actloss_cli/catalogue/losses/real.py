"""Losses on real-valued outputs, for regressions; two of them serve classes as well."""

import math
import sys

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.coding import coded_as
from actloss_cli.catalogue.implied import clipped
from actloss_cli.catalogue.interval import NOT_NEGATIVE, POSITIVE, UNIT_OPEN
from actloss_cli.catalogue.spec import LossSpec


def _smooth_l1_gradient(u: Tensor, target: Tensor, beta: float) -> Tensor:
    """With beta 0 the quadratic part is empty, and the division by 0 is not chosen."""
    error = u - target
    return torch.where(error.abs() < beta, error / beta, error.sign()).div_(u.shape[1])


def _log_cosh(u: Tensor, target: Tensor) -> Tensor:
    """|d| + ln((1 + exp(-2|d|)) / 2): cosh would overflow, and a sum with -ln 2 would drown small errors."""
    distance = (u - target).abs()
    return (distance + (torch.expm1(-2 * distance) / 2).log1p()).mean(1)


def _quantile(u: Tensor, target: Tensor, q: float) -> Tensor:
    error = target - u
    return torch.maximum(q * error, (q - 1) * error).mean(1)


def _quantile_gradient(u: Tensor, target: Tensor, q: float) -> Tensor:
    """1 - q above the target, -q below; on it their mean, as torch shares the gradient of a tied maximum."""
    return (u - target).sign_().div_(2).add_(0.5 - q).div_(u.shape[1])


REAL_LOSSES: tuple[LossSpec, ...] = (
    LossSpec(
        name="mse",
        aliases=("l2", "squared_error", "brier"),
        formula="(u - y)^2",
        source="Legendre (1805); on classes Brier (1950)",
        takes="real",
        codings=coded_as({"regression": "standardised", "binary": "zero_one", "multiclass": "one_hot"}),
        per_sample=lambda u, target: (u - target).square().mean(1),
        gradient=lambda u, target: (u - target).mul_(2 / u.shape[1]),
        native="mse",
        module=nn.MSELoss,
        implied=clipped,
        proper="proper",
        units_follow_output=True,
    ),
    LossSpec(
        name="mae",
        aliases=("l1", "absolute_error"),
        formula="|u - y|",
        source="Boscovich (1757)",
        takes="real",
        codings=coded_as({"regression": "standardised", "binary": "zero_one", "multiclass": "one_hot"}),
        per_sample=lambda u, target: (u - target).abs().mean(1),
        gradient=lambda u, target: (u - target).sign_().div_(u.shape[1]),
        native="mae",
        module=nn.L1Loss,
        proper="not proper",
        units_follow_output=True,
    ),
    LossSpec(
        name="huber",
        formula="(u - y)^2 / 2 if |u - y| <= delta else delta (|u - y| - delta / 2)",
        source="Huber (1964)",
        hyper={"delta": 1.0},
        limits={"delta": POSITIVE},
        takes="real",
        codings=coded_as({"regression": "standardised"}),
        per_sample=lambda u, target, delta: F.huber_loss(u, target, reduction="none", delta=delta).mean(1),
        gradient=lambda u, target, delta: (u - target).clamp_(-delta, delta).div_(u.shape[1]),
        native="huber",
        module=nn.HuberLoss,
    ),
    LossSpec(
        name="smooth_l1",
        formula="(u - y)^2 / (2 beta) if |u - y| < beta else |u - y| - beta / 2",
        source="Girshick (2015); torch.nn.SmoothL1Loss",
        hyper={"beta": 1.0},
        limits={"beta": NOT_NEGATIVE},
        takes="real",
        codings=coded_as({"regression": "standardised"}),
        per_sample=lambda u, target, beta: F.smooth_l1_loss(u, target, reduction="none", beta=beta).mean(1),
        gradient=_smooth_l1_gradient,
        native="smooth_l1",
        module=nn.SmoothL1Loss,
    ),
    LossSpec(
        name="log_cosh",
        aliases=("logcosh",),
        formula="ln cosh(u - y)",
        source="Green (1990)",
        takes="real",
        codings=coded_as({"regression": "standardised"}),
        per_sample=_log_cosh,
        gradient=lambda u, target: (u - target).tanh_().div_(u.shape[1]),
        native="log_cosh",
    ),
    LossSpec(
        name="quantile",
        aliases=("pinball",),
        formula="max(q (y - u), (q - 1) (y - u))",
        source="Koenker & Bassett (1978)",
        hyper={"q": 0.5},
        limits={"q": UNIT_OPEN},
        takes="real",
        codings=coded_as({"regression": "standardised"}),
        per_sample=_quantile,
        gradient=_quantile_gradient,
        native="quantile",
    ),
    LossSpec(
        name="poisson",
        aliases=("poisson_nll",),
        formula="exp(u) - y u",
        source="Nelder & Wedderburn (1972); torch.nn.PoissonNLLLoss",
        takes="log-rate",
        codings=coded_as({"regression": "rate"}),
        per_sample=lambda u, target: F.poisson_nll_loss(u, target, reduction="none").mean(1),
        gradient=lambda u, target: (u.exp() - target).div_(u.shape[1]),
        native="poisson",
        module=nn.PoissonNLLLoss,
        link=torch.exp,
        overflows_above=math.log(sys.float_info.max),
    ),
)
