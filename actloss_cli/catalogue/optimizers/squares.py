"""Optimizers that divide by the root of past squared gradients, without a mean of the gradients themselves."""

import math

import torch
from torch import Tensor

from actloss_cli.catalogue.interval import NOT_NEGATIVE, NOT_POSITIVE, UNIT, UNIT_HALF_OPEN, Interval
from actloss_cli.catalogue.optimizers.settings import add_weight_decay, number, shrink
from actloss_cli.catalogue.spec import Hyper, OptimizerSpec, State
from actloss_cli.native import updates

ADAFACTOR_EPS = 1e-3
"""eps[1] of torch.optim.Adafactor: the least size that a step takes the weights to have."""


def _adagrad(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    add_weight_decay(grad, param, hyper)
    eps, slowed = number(hyper, "eps"), 1 / (1 + (step - 1) * number(hyper, "lr_decay"))
    if updates.step("adagrad", (param, state["square"], grad, lr), eps, slowed):
        return
    scale = state["square"].addcmul_(grad, grad).sqrt().add_(eps)
    param.addcmul_(torch.div(grad, scale, out=scale), lr, value=-slowed)


def _rmsprop(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    alpha, momentum = number(hyper, "alpha"), number(hyper, "momentum")
    add_weight_decay(grad, param, hyper)
    if not momentum and not hyper["centered"]:
        arrays = param, state["square"], grad, lr
        if updates.step("rmsprop", arrays, alpha, 1 - alpha, number(hyper, "eps")):
            return
    square = state["square"].mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
    if hyper["centered"]:
        mean = state["mean"].lerp_(grad, 1 - alpha)
        scale = torch.addcmul(square, mean, mean, value=-1).sqrt_()
    else:
        scale = square.sqrt()
    torch.div(grad, scale.add_(number(hyper, "eps")), out=scale)
    if momentum:
        scale = state["velocity"].mul_(momentum).add_(scale)
    param.addcmul_(scale, lr, value=-1)


def _rmsprop_state(hyper: Hyper) -> tuple[str, ...]:
    mean = ("mean",) if hyper["centered"] else ()
    velocity = ("velocity",) if hyper["momentum"] else ()
    return ("square", *mean, *velocity)


def _adadelta(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    rho, eps = number(hyper, "rho"), number(hyper, "eps")
    add_weight_decay(grad, param, hyper)
    square = state["square"].mul_(rho).addcmul_(grad, grad, value=1 - rho)
    scale = torch.add(square, eps, out=state["scratch"]).sqrt_()
    delta = (state["moved"] + eps).sqrt_().div_(scale).mul_(grad)
    state["moved"].mul_(rho).addcmul_(delta, delta, value=1 - rho)
    param.addcmul_(delta, lr, value=-1)


def _adafactor(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    """For one matrix `[T, O, I]` or vector `[T, O]` of each trial; lr `[T, 1, 1]` or `[T, 1]`.

    Of operations that round once: fused ones round otherwise in the last elements of a tensor, where some trial is.
    """
    rho = lr.clamp_max(step**-0.5)
    size = _root_mean_square(param).clamp_min(ADAFACTOR_EPS) * rho
    shrink(param, lr, hyper)
    eps = torch.finfo(param.dtype).eps
    fresh = step ** number(hyper, "beta2_decay")
    if param.ndim == 3:
        rows, columns = state["square"][:, :, :1], state["columns"][:, :1, :]
        _approach(rows, grad.square().mean(2, keepdim=True), fresh)
        _approach(columns, grad.square().mean(1, keepdim=True), fresh)
        square = rows * columns / rows.mean(1, keepdim=True).clamp_min(eps)
    else:
        square = _approach(state["square"], grad.square(), fresh).clone()
    change = square.clamp_min_(eps * eps).rsqrt_().mul_(grad)
    excess = (_root_mean_square(change) / number(hyper, "d")).clamp_min_(1.0)
    param.sub_(change.mul_(size / excess))


def _approach(mean: Tensor, value: Tensor, share: float) -> Tensor:
    return mean.add_((value - mean).mul_(share))


def _root_mean_square(values: Tensor) -> Tensor:
    """Per trial, `[T, 1, 1]` or `[T, 1]`."""
    return values.square().flatten(1).mean(1).sqrt().view(-1, *[1] * (values.ndim - 1))


ADAGRAD = OptimizerSpec(
    name="adagrad",
    formula="s += g^2; w -= lr g / (sqrt(s) + eps)",
    source="Duchi, Hazan & Singer (2011)",
    torch_class=torch.optim.Adagrad,
    update=_adagrad,
    state_names=lambda h: ("square",),
    lr_range=(1e-3, 1e1),
    hyper={"eps": 1e-10, "lr_decay": 0.0, "weight_decay": 0.0},
    limits={"eps": NOT_NEGATIVE, "lr_decay": NOT_NEGATIVE, "weight_decay": NOT_NEGATIVE},
    torch_kwargs={"foreach": False},
)

RMSPROP = OptimizerSpec(
    name="rmsprop",
    formula="v = moving mean of g^2; w -= lr g / (sqrt(v) + eps)",
    source="Tieleman & Hinton (2012); centered: Graves (2013)",
    torch_class=torch.optim.RMSprop,
    update=_rmsprop,
    state_names=_rmsprop_state,
    lr_range=(1e-5, 1e-1),
    hyper={"alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0, "centered": False},
    limits={"alpha": UNIT, "eps": NOT_NEGATIVE, "weight_decay": NOT_NEGATIVE, "momentum": UNIT_HALF_OPEN},
    torch_kwargs={"foreach": False},
)

ADADELTA = OptimizerSpec(
    name="adadelta",
    formula="d = g sqrt(moving mean of d^2 + eps) / sqrt(moving mean of g^2 + eps); w -= lr d",
    source="Zeiler (2012)",
    torch_class=torch.optim.Adadelta,
    update=_adadelta,
    state_names=lambda h: ("square", "scratch", "moved"),
    lr_range=(1e-2, 1e2),
    hyper={"rho": 0.9, "eps": 1e-6, "weight_decay": 0.0},
    limits={"rho": UNIT, "eps": NOT_NEGATIVE, "weight_decay": NOT_NEGATIVE},
    torch_kwargs={"foreach": False},
)

ADAFACTOR = OptimizerSpec(
    name="adafactor",
    formula="g over the root of row mean x column mean of g^2, clipped to size d, times lr and the weights' own size",
    source="Shazeer & Stern (2018)",
    torch_class=torch.optim.Adafactor,
    update=_adafactor,
    elementwise=False,
    state_names=lambda h: ("square", "columns"),
    lr_range=(1e-3, 1e1),
    hyper={"beta2_decay": -0.8, "d": 1.0, "weight_decay": 0.0},
    limits={"beta2_decay": NOT_POSITIVE, "d": Interval(1, math.inf), "weight_decay": NOT_NEGATIVE},
    torch_kwargs={"foreach": False},
)
