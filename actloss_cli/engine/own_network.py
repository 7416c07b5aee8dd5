"""Models of a user's factory side by side, through `torch.func`: one layer of a stack, whatever is inside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from actloss_cli.engine.layers import Pair

FEWEST = 2
"""Models in a product: of one alone it takes another kernel, with other rounding."""


@dataclass(frozen=True)
class Part:
    """Neighbouring trials with the same modules, whose parameters are given from outside."""

    model: nn.Module
    trials: slice


class OwnNetwork:
    """Rows to pre-activations through the models of all parts; their parameters are one column of each trial."""

    def __init__(self, values: Pair, grads: Pair, parts: Sequence[Part], pick: Tensor) -> None:
        self._weight, self._weight_grad = values[0], grads[0]  # (T, P, 1)
        self._parts, self._pick = parts, pick
        self._z: list[Tensor] = []
        self._leaves: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        """`[S, D, B]` to `[T, C, B]`."""
        rows = torch.index_select(x, 0, self._pick).transpose(1, 2)  # (T, B, D)
        self._leaves = [self._weight[part.trials].detach().requires_grad_() for part in self._parts]
        with torch.enable_grad():
            self._z = [
                _forward(part.model, leaf, rows[part.trials])
                for part, leaf in zip(self._parts, self._leaves, strict=True)
            ]
        return torch.cat([z.detach() for z in self._z]).transpose(1, 2).contiguous()

    def backward(self, grad: Tensor) -> Tensor:
        """Fills the gradients of all parameters `[T, P, 1]`; nothing lies below."""
        for part, z, leaf in zip(self._parts, self._z, self._leaves, strict=True):
            (found,) = torch.autograd.grad(z, leaf, grad[part.trials].transpose(1, 2))
            self._weight_grad[part.trials] = found
        return grad


def _forward(model: nn.Module, column: Tensor, rows: Tensor) -> Tensor:
    """Parameters `[T, P, 1]` and rows `[T, B, D]` to `[T, B, C]`."""
    T = len(column)
    if T < FEWEST:
        column, rows = column.expand(FEWEST, -1, -1), rows.expand(FEWEST, -1, -1)
    one: Callable[[Tensor, Tensor], Tensor] = lambda flat, x: functional_call(model, _named(model, flat), (x,))  # noqa: E731
    z: Tensor = vmap(one)(column[..., 0], rows)
    return z[:T]


def _named(model: nn.Module, flat: Tensor) -> dict[str, Tensor]:
    """A column `[P]` cut into the model's parameters."""
    shapes = {name: parameter.shape for name, parameter in model.named_parameters()}
    ends = [0]
    for shape in shapes.values():
        ends.append(ends[-1] + shape.numel())
    return {name: flat[a:b].view(shape) for (name, shape), (a, b) in zip(shapes.items(), pairwise(ends), strict=True)}
