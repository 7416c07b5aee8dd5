"""Optimizers: one declaration each, with the update of the torch class on flat buffers.

Each update follows its torch class operation by operation, so that a stack and the plain loop differ by rounding alone.
"""

import math

import torch
from torch import Tensor

from actloss_cli.catalogue.spec import Hyper, OptimizerSpec, State


def _real(hyper: Hyper, name: str) -> float:
    value = hyper[name]
    assert isinstance(value, int | float)
    return value


def _sgd(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    momentum = _real(hyper, "momentum")
    if momentum:
        velocity = state["velocity"].mul_(momentum).add_(grad)
        grad = grad.add_(velocity, alpha=momentum) if hyper["nesterov"] else velocity
    param.addcmul_(grad, lr, value=-1)


def _adam(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    beta1, beta2 = hyper["betas"]  # type: ignore[misc]
    mean = state["mean"].lerp_(grad, 1 - beta1)
    square = state["square"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
    # the gradient is not read again: its buffer serves as scratch
    scale = torch.sqrt(square, out=grad).div_(math.sqrt(1 - beta2**step)).add_(_real(hyper, "eps"))
    param.addcmul_(torch.div(mean, scale, out=scale), lr, value=-1 / (1 - beta1**step))


def _rmsprop(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    alpha = _real(hyper, "alpha")
    square = state["square"].mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
    scale = torch.sqrt(square, out=state["scratch"]).add_(_real(hyper, "eps"))
    param.addcmul_(torch.div(grad, scale, out=scale), lr, value=-1)


def _adagrad(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    square = state["square"].addcmul_(grad, grad)
    scale = torch.sqrt(square, out=state["scratch"]).add_(_real(hyper, "eps"))
    param.addcmul_(torch.div(grad, scale, out=scale), lr, value=-1)


OPTIMIZERS: tuple[OptimizerSpec, ...] = (
    OptimizerSpec(
        name="sgd",
        formula="v = momentum v + g; w -= lr v  (Nesterov: w -= lr (g + momentum v))",
        source="Robbins & Monro (1951); Polyak (1964); Sutskever et al. (2013)",
        torch_class=torch.optim.SGD,
        update=_sgd,
        state_names=lambda h: ("velocity",) if h["momentum"] else (),
        lr_range=(1e-3, 1e1),
        hyper={"momentum": 0.0, "nesterov": False},
        torch_kwargs={"foreach": False},
    ),
    OptimizerSpec(
        name="adam",
        formula="m, v = moving means of g, g^2; w -= lr m^ / (sqrt(v^) + eps)",
        source="Kingma & Ba (2015)",
        torch_class=torch.optim.Adam,
        update=_adam,
        state_names=lambda h: ("mean", "square"),
        lr_range=(1e-4, 1e0),
        hyper={"betas": (0.9, 0.999), "eps": 1e-8},
        torch_kwargs={"foreach": False},
    ),
    OptimizerSpec(
        name="rmsprop",
        formula="v = moving mean of g^2; w -= lr g / (sqrt(v) + eps)",
        source="Tieleman & Hinton (2012)",
        torch_class=torch.optim.RMSprop,
        update=_rmsprop,
        state_names=lambda h: ("square", "scratch"),
        lr_range=(1e-5, 1e-1),
        hyper={"alpha": 0.99, "eps": 1e-8},
        torch_kwargs={"foreach": False},
    ),
    OptimizerSpec(
        name="adagrad",
        formula="s += g^2; w -= lr g / (sqrt(s) + eps)",
        source="Duchi, Hazan & Singer (2011)",
        torch_class=torch.optim.Adagrad,
        update=_adagrad,
        state_names=lambda h: ("square", "scratch"),
        lr_range=(1e-3, 1e1),
        hyper={"eps": 1e-10},
        torch_kwargs={"foreach": False},
    ),
)
