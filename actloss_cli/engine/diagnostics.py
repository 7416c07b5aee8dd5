"""The diagnostics of a stack, taken while its validation rows pass through; the training does not notice.

A trial's numbers are the same in any stack: counts are exact, and sums run over one trial's own contiguous numbers.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.admissible import admissible
from actloss_cli.engine.feed import Minibatch
from actloss_cli.engine.head import Head
from actloss_cli.engine.layers import SegmentedActivation
from actloss_cli.engine.saturation import end_zones, largest_slope
from actloss_cli.engine.stacked import StackedModel
from actloss_cli.engine.unit_counts import UnitCounts
from actloss_cli.native.tallies import sums_of_squares


class StackedDiagnostics:
    """One stack's; made before its first step, from which `weight_growth` counts.

    At each point `see` takes every chunk of the N validation rows in order, then `measure` their outputs. For the size
    of the last step, `keep` must be called before it.
    """

    def __init__(
        self, model: StackedModel, head: Head, activations: Sequence[Choice], first: Minibatch, n_rows: int
    ) -> None:
        self._model, self._head, self._first, self._n_rows = model, head, first, n_rows
        weight = model.values[0][0]
        slopes = [largest_slope(activation) for activation in activations]
        largest = torch.tensor(slopes, dtype=weight.dtype, device=weight.device)
        widest = max((layer.value.numel() for layer in model.activations), default=0)
        scratch = weight.new_empty(widest)
        self._counts = [UnitCounts(layer, largest, scratch) for layer in model.activations]
        self._start = self._weight_norm()
        self._before: list[Tensor] = []
        self._n_seen = 0
        self._gradients: dict[str, Tensor] = {}

    def keep(self) -> None:
        """Copies weights and biases, before a step is taken."""
        self._before = [tensor.clone() for pair in self._model.values for tensor in pair]

    def see(self, z: Tensor) -> None:
        """Takes the chunk that the model has just passed on, of pre-activations z `[T, C, B]`, which it may spend."""
        is_first = self._n_seen == 0
        n = min(z.shape[2], self._n_rows - self._n_seen)
        for counts in self._counts:
            if is_first:
                counts.clear()
            counts.add(n)
        if is_first:
            self._gradients = self._backward(z)
        self._n_seen += n

    def measure(self, u: Tensor) -> dict[str, Tensor]:
        """Each diagnostic by name `[T]` float64; outputs u `[T, C, N]` are those of the rows seen."""
        assert self._n_seen == self._n_rows, "all rows have been seen"
        self._n_seen = 0
        units = {
            f"{name}_{layer}": share
            for layer, counts in enumerate(self._counts, 1)
            for name, share in counts.shares().items()
        }
        last_step = {"update_ratio": self._update_ratio(), "weight_growth": self._weight_norm() / self._start}
        return self._gradients | units | _of_outputs(u, self._head) | last_step

    def _backward(self, z: Tensor) -> dict[str, Tensor]:
        """Gradients of the loss on the first chunk; those of the parameters are overwritten by the next step's."""
        first = self._first
        _, grad = self._head.loss_and_gradient(z, first.target, first.weights)
        deltas: list[Tensor] = []
        for layer in reversed(self._model.chain):
            if not isinstance(layer, SegmentedActivation):
                deltas.insert(0, _norms(grad) * (first.n / grad.shape[1]) ** 0.5)
            grad = layer.backward(grad)
        weight_grads = [weight for weight, _ in self._model.grads]
        norms = [_norms(weight) for weight in weight_grads]
        n_first, n_last = (weight_grads[at][0].numel() for at in (0, -1))
        ratio = (norms[0] / n_first**0.5) / (norms[-1] / n_last**0.5)
        return (
            {f"gradient_norm_{layer}": norm for layer, norm in enumerate(norms, 1)}
            | {f"delta_rms_{layer}": delta for layer, delta in enumerate(deltas, 1)}
            | {"gradient_ratio": ratio}
        )

    def _update_ratio(self) -> Tensor:
        """NaN before the first step."""
        if not self._before:
            return torch.full_like(self._start, torch.nan)
        after = [tensor for pair in self._model.values for tensor in pair]
        changes = [new - old for new, old in zip(after, self._before, strict=True)]
        return _joint_norms(changes) / _joint_norms(self._before)

    def _weight_norm(self) -> Tensor:
        """Of all weights, biases left out `[T]`."""
        return _joint_norms([weight for weight, _ in self._model.values])


def _of_outputs(u: Tensor, head: Head) -> dict[str, Tensor]:
    """What outputs `[T, C, N]` alone show `[T]`."""
    C, N = u.shape[1:]
    admitted = admissible(head.loss, u).sum(1, dtype=torch.float64)
    around_mean = u - u.mean(2, keepdim=True)
    return {
        "output_at_ends": _count_at_ends(u, head) / (C * N),
        "undefined_share": (N - admitted) / N,
        "output_spread": (sums_of_squares(around_mean.flatten(0, 1)).view(-1, C).amax(1) / N).sqrt(),
    }


def _count_at_ends(u: Tensor, head: Head) -> Tensor:
    """Of the outputs `[T, C, N]` of each trial `[T]`."""
    low, high = end_zones(head.output.range_for(head.output_hyper))
    count = torch.zeros(len(u), dtype=torch.float64, device=u.device)
    room = torch.empty_like(u)  # a comparison into floats is one vectorised pass, one into booleans and their sum three
    if math.isfinite(low):
        count += torch.le(u, low, out=room).sum((1, 2))
    if math.isfinite(high):
        count += torch.ge(u, high, out=room).sum((1, 2))
    return count


def _joint_norms(tensors: Sequence[Tensor]) -> Tensor:
    """Of each trial's numbers in all of these together `[T]`."""
    return torch.stack([sums_of_squares(tensor) for tensor in tensors], 1).sum(1).sqrt()


def _norms(tensor: Tensor) -> Tensor:
    """The Euclidean norm of each trial's numbers `[T]`."""
    return sums_of_squares(tensor).sqrt()
