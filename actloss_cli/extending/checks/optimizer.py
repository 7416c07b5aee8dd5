"""Checks an optimizer on a small least-squares problem: it must step, move every parameter, and come down."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn, optim

from actloss_cli.catalogue.spec import Hyper, OptimizerSpec
from actloss_cli.extending.checks.activation import draw
from actloss_cli.extending.checks.calling import time_limit
from actloss_cli.extending.checks.finding import Fault, Finding
from actloss_cli.extending.refusal import told

LOOKS, RATES = 20, 4
LIMIT_S = 120.0
"""For the steps at one rate."""
COMES_DOWN = 0.9
"""The share of the first loss that is left at the best rate, at most."""


def check_optimizer(spec: OptimizerSpec, hyper: Hyper) -> tuple[Finding, ...]:
    """At rates over the range that it is tuned in."""
    low, high = spec.lr_range
    try:
        losses = [_train(spec, hyper, lr) for lr in (low, *np.geomspace(low, high, RATES)[1:-1].tolist(), high)]
    except Fault as fault:
        return (Finding("use", "fault", str(fault)),)
    best = min((last / first for first, last in losses if math.isfinite(last)), default=math.inf)
    steps = Finding("steps", "holds", "steps on dense parameters, with the loss of each minibatch")
    if best > COMES_DOWN:
        message = f"doesn't get below {COMES_DOWN:.0%} of the first loss in {LOOKS} steps at any rate of its range"
        return steps, Finding("descent", "note", f"{message}, {low:g} to {high:g}")
    return steps, Finding("descent", "holds", f"comes down, to {best:.0%} of the first loss in {LOOKS} steps")


def _train(spec: OptimizerSpec, hyper: Hyper, lr: float) -> tuple[float, float]:
    """The first loss and the last."""
    model = _model()
    x, y = draw(16, 3, dtype=torch.float32), draw(16, 2, dtype=torch.float32)
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    try:
        with time_limit(LIMIT_S):
            optimizer = spec.torch_class(model.named_parameters(), lr=lr, **hyper, **spec.torch_kwargs)
            if not isinstance(optimizer, optim.Optimizer):
                raise Fault(f"gives a {type(optimizer).__name__}, not a torch.optim.Optimizer")
            losses = _losses(optimizer, model, x, y)
    except Fault:
        raise
    except Exception as error:  # whatever a user's optimizer raises
        raise Fault(f"raises {told(error)}") from error
    if lr == spec.lr_range[1] and (still := _unmoved(before, model)):
        raise Fault(f"leaves {still} as it was in {LOOKS} steps at lr {lr:g}")
    return losses[0], losses[-1]


def _model() -> nn.Module:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(draw(*parameter.shape) / 2)
    return model


def _losses(optimizer: optim.Optimizer, model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """Of each look at the rows: one for each step, of some optimizers several."""
    seen: list[float] = []

    @torch.enable_grad()
    def closure() -> float:
        optimizer.zero_grad()
        loss = (model(x) - y).square().mean()
        loss.backward()
        seen.append(float(loss.detach()))
        return seen[-1]

    while len(seen) < LOOKS:
        n_before = len(seen)
        optimizer.step(closure)
        if len(seen) == n_before:
            raise Fault("steps without a look at the loss: step(closure) calls the closure")
    return seen


def _unmoved(before: Mapping[str, Tensor], model: nn.Module) -> str:
    """A parameter that no step has changed; "" where all were."""
    return next((name for name, now in model.named_parameters() if torch.equal(now, before[name])), "")
