"""Adam and its kin: steps by the moving mean of gradients over the root of a moving second moment."""

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor

from actloss_cli.catalogue.interval import NOT_NEGATIVE, UNIT_HALF_OPEN
from actloss_cli.catalogue.optimizers.settings import add_weight_decay, number, numbers, shrink
from actloss_cli.catalogue.spec import Hyper, OptimizerSpec, State
from actloss_cli.native import updates

_LIMITS = {"betas": UNIT_HALF_OPEN, "eps": NOT_NEGATIVE, "weight_decay": NOT_NEGATIVE}


def _adam(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    add_weight_decay(grad, param, hyper)
    _adam_step(param, grad, state, step, lr, hyper)


def _adamw(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    shrink(param, lr, hyper)
    _adam_step(param, grad, state, step, lr, hyper)


def _adam_step(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    beta1, beta2 = numbers(hyper, "betas")
    if not hyper["amsgrad"]:
        arrays = param, state["mean"], state["square"], grad, lr
        root, size = (1 - beta2**step) ** -0.5, 1 / (1 - beta1**step)
        if updates.step("adam", arrays, 1 - beta1, beta2, 1 - beta2, root, number(hyper, "eps"), size):
            return
    mean, square = _moments(grad, state, beta1, beta2)
    if hyper["amsgrad"]:
        square = torch.maximum(state["largest"], square, out=state["largest"])
    # the gradient is not read again: its buffer serves as scratch
    scale = torch.sqrt(square, out=grad).div_(math.sqrt(1 - beta2**step)).add_(number(hyper, "eps"))
    param.addcmul_(torch.div(mean, scale, out=scale), lr, value=-1 / (1 - beta1**step))


def _adamax(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    beta1, beta2 = numbers(hyper, "betas")
    add_weight_decay(grad, param, hyper)
    mean, largest = state["mean"].lerp_(grad, 1 - beta1), state["largest"]
    torch.maximum(largest.mul_(beta2), grad.abs_().add_(number(hyper, "eps")), out=largest)
    param.addcmul_(torch.div(mean, largest, out=grad), lr, value=-1 / (1 - beta1**step))


def _nadam(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    beta1, beta2 = numbers(hyper, "betas")
    decay = number(hyper, "momentum_decay")
    _decay(param, grad, lr, hyper)
    mean, square = _moments(grad, state, beta1, beta2)
    scale = square.div(1 - beta2**step).sqrt_().add_(number(hyper, "eps"))
    mu, mu_next = (_nadam_momentum(beta1, decay, s) for s in (step, step + 1))
    product = float(_nadam_product(beta1, decay, step))
    param.addcmul_(grad.div_(scale), lr, value=-(1 - mu) / (1 - product))
    param.addcmul_(torch.div(mean, scale, out=scale), lr, value=-mu_next / (1 - product * mu_next))


def _nadam_momentum(beta1: float, decay: float, step: int) -> float:
    return float(beta1 * (1 - 0.5 * 0.96 ** (step * decay)))


@cache
def _nadam_product(beta1: float, decay: float, step: int) -> np.float32:
    """The momenta up to this step, multiplied; asked step after step. torch keeps it in float32."""
    before = _nadam_product(beta1, decay, step - 1) if step > 1 else np.float32(1)
    return np.float32(before * np.float32(_nadam_momentum(beta1, decay, step)))


def _radam(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    beta1, beta2 = numbers(hyper, "betas")
    _decay(param, grad, lr, hyper)
    mean, square = _moments(grad, state, beta1, beta2)
    correction = 1 - beta2**step
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * step * beta2**step / correction
    if length <= 5:  # too few steps for the variance of the second moment to exist
        param.addcmul_(mean, lr, value=-1 / (1 - beta1**step))
        return
    rectifier = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
    scale = torch.sqrt(square, out=grad).add_(number(hyper, "eps"))
    factor = -rectifier * correction**0.5 / (1 - beta1**step)
    param.addcmul_(torch.div(mean, scale, out=scale), lr, value=factor)


def _moments(grad: Tensor, state: State, beta1: float, beta2: float) -> tuple[Tensor, Tensor]:
    """The moving means of g and g², after this gradient."""
    mean = state["mean"].lerp_(grad, 1 - beta1)
    return mean, state["square"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)


def _decay(param: Tensor, grad: Tensor, lr: Tensor, hyper: Hyper) -> None:
    if hyper["decoupled_weight_decay"]:
        shrink(param, lr, hyper)
    else:
        add_weight_decay(grad, param, hyper)


def _adam_state(hyper: Hyper) -> tuple[str, ...]:
    return ("mean", "square", "largest") if hyper["amsgrad"] else ("mean", "square")


ADAM = OptimizerSpec(
    name="adam",
    formula="m, v = moving means of g, g^2; w -= lr m^ / (sqrt(v^) + eps)",
    source="Kingma & Ba (2015); amsgrad: Reddi, Kale & Kumar (2018)",
    torch_class=torch.optim.Adam,
    update=_adam,
    state_names=_adam_state,
    lr_range=(1e-4, 1e0),
    hyper={"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0, "amsgrad": False},
    limits=_LIMITS,
    torch_kwargs={"foreach": False},
)

ADAMW = OptimizerSpec(
    name="adamw",
    formula="w -= lr weight_decay w, then Adam's step",
    source="Loshchilov & Hutter (2019)",
    torch_class=torch.optim.AdamW,
    update=_adamw,
    state_names=_adam_state,
    lr_range=(1e-4, 1e0),
    hyper={"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 1e-2, "amsgrad": False},
    limits=_LIMITS,
    torch_kwargs={"foreach": False},
)

ADAMAX = OptimizerSpec(
    name="adamax",
    formula="m = moving mean of g; u = max(beta2 u, |g| + eps); w -= lr m^ / u",
    source="Kingma & Ba (2015)",
    torch_class=torch.optim.Adamax,
    update=_adamax,
    state_names=lambda h: ("mean", "largest"),
    lr_range=(1e-4, 1e0),
    hyper={"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0},
    limits=_LIMITS,
    torch_kwargs={"foreach": False},
)

NADAM = OptimizerSpec(
    name="nadam",
    formula="Adam's step with Nesterov's look ahead: (1 - mu_t) g and mu_t+1 m, corrected, in place of m^",
    source="Dozat (2016)",
    torch_class=torch.optim.NAdam,
    update=_nadam,
    state_names=lambda h: ("mean", "square"),
    lr_range=(1e-4, 1e0),
    hyper={
        "betas": (0.9, 0.999),
        "eps": 1e-8,
        "weight_decay": 0.0,
        "momentum_decay": 4e-3,
        "decoupled_weight_decay": False,
    },
    limits={**_LIMITS, "momentum_decay": NOT_NEGATIVE},
    torch_kwargs={"foreach": False},
)

RADAM = OptimizerSpec(
    name="radam",
    formula="Adam's step times the rectifier of its variance; w -= lr m^ in the first steps, while that has none",
    source="Liu et al. (2020), On the variance of the adaptive learning rate and beyond",
    torch_class=torch.optim.RAdam,
    update=_radam,
    state_names=lambda h: ("mean", "square"),
    lr_range=(1e-4, 1e0),
    hyper={"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0, "decoupled_weight_decay": False},
    limits=_LIMITS,
    torch_kwargs={"foreach": False},
)
