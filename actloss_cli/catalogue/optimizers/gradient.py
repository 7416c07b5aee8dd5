"""Optimizers that follow the gradient, or its sign, without a scale of past gradients."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from actloss_cli.catalogue.interval import NOT_NEGATIVE, POSITIVE, UNIT, UNIT_HALF_OPEN, Interval
from actloss_cli.catalogue.optimizers.settings import add_weight_decay, number, numbers
from actloss_cli.catalogue.spec import Hyper, OptimizerSpec, State
from actloss_cli.native import updates


def _sgd(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    momentum = number(hyper, "momentum")
    add_weight_decay(grad, param, hyper)
    if momentum:
        share = 1.0 if step == 1 else 1 - number(hyper, "dampening")  # the first gradient enters undamped
        arrays = param, state["velocity"], grad, lr
        if not hyper["nesterov"] and updates.step("momentum", arrays, momentum, share):
            return
        velocity = state["velocity"].mul_(momentum).add_(grad, alpha=share)
        grad = grad.add_(velocity, alpha=momentum) if hyper["nesterov"] else velocity
    param.addcmul_(grad, lr, value=-1)


def _asgd(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    """Without the average of the weights, which torch computes beside them and puts nowhere."""
    decay, alpha = number(hyper, "lambd"), number(hyper, "alpha")
    add_weight_decay(grad, param, hyper)
    eta = state["eta"]
    if step == 1:
        eta.copy_(lr.float())  # torch keeps rates in float32, whatever the weights have
    param.mul_(1 - decay * eta).addcmul_(grad, eta, value=-1)
    eta.copy_((lr / (1 + decay * step * lr) ** alpha).float())


def _rprop(param: Tensor, grad: Tensor, state: State, step: int, lr: Tensor, hyper: Hyper) -> None:
    shrink, grow = numbers(hyper, "etas")
    low, high = numbers(hyper, "step_sizes")
    size, before = state["size"], state["before"]
    if step == 1:
        size.copy_(lr)
    agreement = grad * before
    turned = agreement < 0
    factor = torch.where(turned, shrink, torch.ones_like(size))  # of two numbers, where would make float32
    size.mul_(torch.where(agreement > 0, grow, factor)).clamp_(low, high)
    grad.masked_fill_(turned, 0.0)
    before.copy_(grad)
    param.addcmul_(grad.sign_(), size, value=-1)


def _lbfgs(
    named_parameters: Iterable[tuple[str, Tensor]], lr: float, *, line_search_fn: str, **settings: Any
) -> torch.optim.LBFGS:
    search = None if line_search_fn == "none" else line_search_fn
    return torch.optim.LBFGS([value for _, value in named_parameters], lr, line_search_fn=search, **settings)


SGD = OptimizerSpec(
    name="sgd",
    formula="v = momentum v + (1 - dampening) g; w -= lr v  (Nesterov: w -= lr (g + momentum v))",
    source="Robbins & Monro (1951); Polyak (1964); Sutskever et al. (2013)",
    torch_class=torch.optim.SGD,
    update=_sgd,
    state_names=lambda h: ("velocity",) if h["momentum"] else (),
    lr_range=(1e-3, 1e1),
    hyper={"momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False},
    limits={"momentum": UNIT_HALF_OPEN, "dampening": UNIT, "weight_decay": NOT_NEGATIVE},
    torch_kwargs={"foreach": False},
)

ASGD = OptimizerSpec(
    name="asgd",
    aliases=("averaged_sgd",),
    formula="w -= eta (g + lambd w), eta = lr / (1 + lambd lr t)^alpha",
    source="Polyak & Juditsky (1992); as torch has it, trained weights are not the average",
    torch_class=torch.optim.ASGD,
    update=_asgd,
    state_names=lambda h: ("eta",),
    lr_range=(1e-3, 1e1),
    hyper={"lambd": 1e-4, "alpha": 0.75, "weight_decay": 0.0},  # t0 changes nothing but the average
    limits={"lambd": NOT_NEGATIVE, "alpha": NOT_NEGATIVE, "weight_decay": NOT_NEGATIVE},
    torch_kwargs={"foreach": False},
)

RPROP = OptimizerSpec(
    name="rprop",
    formula="w -= size sign(g); size grows by etas[1] while the sign of g stays, shrinks by etas[0] when it turns",
    source="Riedmiller & Braun (1993)",
    torch_class=torch.optim.Rprop,
    update=_rprop,
    sizes_its_steps=True,
    state_names=lambda h: ("size", "before"),
    lr_range=(1e-5, 1e-1),
    hyper={"etas": (0.5, 1.2), "step_sizes": (1e-6, 50.0)},
    limits={"etas": POSITIVE, "step_sizes": POSITIVE},
    torch_kwargs={"foreach": False},
)

LBFGS = OptimizerSpec(
    name="lbfgs",
    aliases=("l_bfgs",),
    formula="w -= lr H g, H from the last history_size steps; up to max_iter of them on each minibatch",
    source="Liu & Nocedal (1989)",
    torch_class=_lbfgs,
    wraps="torch.optim.LBFGS",
    update=None,
    elementwise=False,
    lr_range=(1e-3, 1e1),
    hyper={
        "max_iter": 20,
        "history_size": 100,
        "tolerance_grad": 1e-7,
        "tolerance_change": 1e-9,
        "line_search_fn": "none",
    },
    limits={
        "max_iter": Interval(1, 1000),
        "history_size": Interval(1, 1000),
        "tolerance_grad": NOT_NEGATIVE,
        "tolerance_change": NOT_NEGATIVE,
    },
    options={"line_search_fn": ("none", "strong_wolfe")},
)
