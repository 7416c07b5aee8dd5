"""The diagnostics of the plain loop, by forward hooks and autograd on ordinary modules: the stack's specification.

It shares what a diagnostic means with the stack (names, thresholds, rows), and nothing of how it is computed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain

import torch
from torch import Tensor, nn

from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.admissible import admissible
from actloss_cli.engine import saturation
from actloss_cli.engine.head import Head
from actloss_cli.engine.plain_model import WEIGHTED, PlainModel
from actloss_cli.engine.problem import Part


class PlainDiagnostics:
    """One trial's; made before its first step, from which `weight_growth` counts.

    `loss` is that of training, of outputs, coded target and labels; gradients are those on the first `n_first` of the
    validation rows. For the size of the last step, `keep` must be called before it.
    """

    def __init__(
        self,
        model: PlainModel,
        head: Head,
        activation: Choice,
        loss: Callable[[Tensor, Tensor, Tensor], Tensor],
        validation: Part,
        n_first: int,
    ) -> None:
        self._model, self._head, self._activation, self._loss = model, head, activation, loss
        self._validation, self._n_first = validation, min(n_first, len(validation.y))
        self._linears, self._activations = model.weighted, model.activations
        self._start = self._weight_norm()
        self._before: list[Tensor] = []

    def keep(self) -> None:
        """Copies weights and biases, before a step is taken."""
        self._before = [parameter.clone() for parameter in self._parameters()]

    def measure(self) -> dict[str, Tensor]:
        """Each diagnostic by name `[1]` float64."""
        self._model.eval()
        with torch.no_grad(), _last_passes(self._activations) as passes:
            u = self._model(self._validation.X)
        found = self._of_gradients() | self._of_outputs(u)
        for layer, activation in enumerate(self._activations, 1):
            of_layer = self._of_hidden(activation, *passes[activation])
            found |= {f"{name}_{layer}": number for name, number in of_layer.items()}
        found["update_ratio"] = torch.full_like(self._start, torch.nan)
        if self._before:
            changes = [new - old for new, old in zip(self._parameters(), self._before, strict=True)]
            found["update_ratio"] = _norm(changes) / _norm(self._before)
        found["weight_growth"] = self._weight_norm() / self._start
        return {name: number.double()[None] for name, number in found.items()}

    def _of_gradients(self) -> dict[str, Tensor]:
        part, n = self._validation, self._n_first
        weights = [_weights(layer) for layer in self._linears]
        with _last_passes(self._linears) as passes:
            loss = self._loss(self._model(part.X[:n]), part.target[:n], part.y[:n])
        zs = [passes[linear][1] for linear in self._linears]
        grads = iter(torch.autograd.grad(loss, [*chain.from_iterable(weights), *zs]))
        of_weights = [[next(grads) for _ in of_layer] for of_layer in weights]
        return (
            {f"gradient_norm_{layer}": _norm(grad) for layer, grad in enumerate(of_weights, 1)}
            | {f"delta_rms_{layer}": n * _rms([grad]) for layer, grad in enumerate(grads, 1)}
            | {"gradient_ratio": _rms(of_weights[0]) / _rms(of_weights[-1])}
        )

    def _of_hidden(self, activation: nn.Module, z: Tensor, value: Tensor) -> dict[str, Tensor]:
        """Of one layer's pre-activations and values `[N, H]`."""
        leaf = z.detach().requires_grad_()
        (slopes,) = torch.autograd.grad(activation(leaf).sum(), leaf)
        largest = saturation.largest_slope(self._activation)
        flat = (slopes.abs() < saturation.FLAT * largest).double().mean(0)
        is_zero = (value == 0).double()
        return {
            "dead_units": (is_zero.mean(0) == 1).double().mean(),
            "saturated_units": (flat >= saturation.ROWS).double().mean() + 0 * largest,
            "zeros": is_zero.mean(),
            "activation_rms": _rms([value]),
        }

    def _of_outputs(self, u: Tensor) -> dict[str, Tensor]:
        """Of outputs `[N, C]`."""
        low, high = saturation.end_zones(self._head.output.range_for(self._head.output_hyper))
        return {
            "output_at_ends": ((u <= low) | (u >= high)).double().mean(),
            "undefined_share": 1 - admissible(self._head.loss, u).double().mean(),
            "output_spread": u.double().std(0, correction=0).max(),
        }

    def _parameters(self) -> list[Tensor]:
        """Weights and biases, without what activations learn."""
        of_layers = (layer.parameters(recurse=not isinstance(layer, WEIGHTED)) for layer in self._linears)
        return [tensor.detach() for tensor in chain.from_iterable(of_layers)]

    def _weight_norm(self) -> Tensor:
        return _norm([weight.detach() for layer in self._linears for weight in _weights(layer)])


def _weights(layer: nn.Module) -> list[Tensor]:
    """Without biases; of a model that is known as a whole alone all that it learns."""
    return [layer.weight] if isinstance(layer, WEIGHTED) else list(layer.parameters())


@contextmanager
def _last_passes(modules: Sequence[nn.Module]) -> Iterator[Mapping[nn.Module, tuple[Tensor, Tensor]]]:
    """What each of these modules was last given, and what it made of it."""
    passes: dict[nn.Module, tuple[Tensor, Tensor]] = {}

    def note(module: nn.Module, given: tuple[Tensor], result: Tensor) -> None:
        passes[module] = given[0], result

    hooks = [module.register_forward_hook(note) for module in modules]
    try:
        yield passes
    finally:
        for hook in hooks:
            hook.remove()


def _norm(tensors: Sequence[Tensor]) -> Tensor:
    """The Euclidean norm of all numbers together."""
    return torch.cat([tensor.double().flatten() for tensor in tensors]).square().sum().sqrt()


def _rms(tensors: Sequence[Tensor]) -> Tensor:
    """The root of the mean square over all numbers together."""
    return torch.cat([tensor.double().flatten() for tensor in tensors]).square().mean().sqrt()
