"""Whether PyTorch takes a function's hyperparameters: tries the function once, so that no run stumbles over them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch

from actloss_cli.catalogue.spec import ActivationSpec, Coding, Hyper, LossSpec, OptimizerSpec, Spec


def refusal(spec: Spec, hyper: Hyper) -> str:
    """The first line of what PyTorch says against these values; "" where it takes them."""
    try:
        match spec:
            case ActivationSpec():
                _try_activation(spec, hyper)
            case LossSpec():
                _try_loss(spec, hyper, next(iter(spec.codings.values())))
            case OptimizerSpec():
                _try_optimizer(spec, hyper)
    except Exception as error:  # a function that is not torch's may raise anything
        return (str(error) or type(error).__name__).splitlines()[0]
    return ""


def _try_activation(spec: ActivationSpec, hyper: Hyper) -> None:
    """Forward and backward: some values (a negative alpha of ELU) fail in the gradient alone."""
    z = torch.tensor([[[-1.0, 1.0]]], requires_grad=True)
    further: dict[str, Any] = {name: torch.tensor(value) for name, value in spec.learnable_for(hyper).items()}
    if spec.stochastic:
        further["noise"] = torch.full_like(z, 0.5)
    torch.autograd.grad(spec.apply(z, **hyper, **further).sum(), z)
    if spec.kernel is not None:
        buffer = z.detach().clone()
        out = buffer if spec.kernel.saves == "output" else torch.empty_like(buffer)
        spec.kernel.forward(buffer, out, hyper)
        spec.kernel.backward(torch.ones_like(buffer), buffer, hyper)


def _try_loss(spec: LossSpec, hyper: Hyper, coding: Coding) -> None:
    u = torch.full((1, 2), 0.5)
    target = torch.zeros(1, dtype=torch.int64) if coding.target == "index" else torch.full((1, 2), 0.5)
    spec.per_sample(u, target, **hyper)


def _try_optimizer(spec: OptimizerSpec, hyper: Hyper) -> None:
    arguments: dict[str, Any] = {"lr": 1e-3, **hyper, **spec.torch_kwargs}
    weights = [(name, torch.zeros(2, 2, requires_grad=True)) for name in ("hidden", "last")]
    tried = spec.torch_class
    if isinstance(tried, type) and tried.__module__.startswith("torch.optim"):
        tried = type(tried.__name__, (tried, _Bare), {})
    tried(weights, **arguments)


class _Bare(torch.optim.Optimizer):
    """Stands behind an optimizer in place of PyTorch's base class, which imports a compiler first, for a second.

    It takes what the optimizer's own class hands on, and checks nothing of it.
    """

    def __init__(self, params: Iterable[tuple[str, torch.Tensor]], defaults: dict[str, Any]) -> None:
        names, weights = zip(*params, strict=True)
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = [{"params": list(weights), "param_names": list(names), **defaults}]
