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
        self._ends = end_zones(head.output.range_for(head.output_hyper))
        slopes = model.param.new_tensor([largest_slope(activation) for activation in activations])
        scratch = model.param.new_empty(max((layer.value.numel() for layer in model.activations), default=0))
        self._counts = [UnitCounts(layer, slopes, scratch) for layer in model.activations]
        self._before, self._change = (torch.full_like(model.param, torch.nan) for _ in range(2))
        self._before_parts, self._change_parts = (model.linear_parts(flat) for flat in (self._before, self._change))
        self._start = self._weight_norms()
        self._n_seen = 0
        self._gradients: dict[str, Tensor] = {}

    def keep(self) -> None:
        """Copies the parameters, before a step is taken."""
        self._before.copy_(self._model.param)

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
        """Each diagnostic by name `[T]`; outputs u `[T, C, N]` are those of the rows seen."""
        assert self._n_seen == self._n_rows, "all rows have been seen"
        self._n_seen = 0
        units = {
            f"{name}_{layer}": share
            for layer, counts in enumerate(self._counts, 1)
            for name, share in counts.shares().items()
        }
        torch.sub(self._model.param, self._before, out=self._change)
        last_step = {
            "update_ratio": _joint_norms(self._change_parts) / _joint_norms(self._before_parts),
            "weight_growth": self._weight_norms() / self._start,
        }
        return self._gradients | units | self._of_outputs(u) | last_step

    def _backward(self, z: Tensor) -> dict[str, Tensor]:
        """Gradients of the loss on the first chunk; those of the parameters are overwritten by the next step's."""
        first = self._first
        _, grad = self._head.loss_and_gradient(z, first.target, first.weights)
        of_zs: list[Tensor] = []
        for layer in reversed(self._model.chain):
            if layer in self._model.weighted:
                of_zs.insert(0, sums_of_squares(grad) * (first.n / grad.shape[1]))
            grad = layer.backward(grad)
        weight_grads = [weight for weight, _ in self._model.grads]
        norms = torch.stack([*of_zs, *map(sums_of_squares, weight_grads)]).sqrt()  # (2 L, T) of L linear layers
        deltas, gradients = norms[: len(of_zs)], norms[len(of_zs) :]
        n_first, n_last = (weight_grads[at][0].numel() for at in (0, -1))
        return (
            {f"gradient_norm_{layer}": norm for layer, norm in enumerate(gradients, 1)}
            | {f"delta_rms_{layer}": delta for layer, delta in enumerate(deltas, 1)}
            | {"gradient_ratio": gradients[0] / gradients[-1] * math.sqrt(n_last / n_first)}
        )

    def _of_outputs(self, u: Tensor) -> dict[str, Tensor]:
        """What outputs `[T, C, N]` alone show `[T]`."""
        C, N = u.shape[1:]
        around_mean = u - u.mean(2, keepdim=True)
        spread = sums_of_squares(around_mean.flatten(0, 1)).view(-1, C).amax(1)
        return {
            "output_at_ends": self._count_at_ends(u) / (C * N),
            "undefined_share": (N - admissible(self._head.loss, u).sum(1)) / N,
            "output_spread": (spread / N).sqrt(),
        }

    def _count_at_ends(self, u: Tensor) -> Tensor:
        """Of the outputs `[T, C, N]` of each trial `[T]`."""
        count = u.new_zeros(len(u))
        room = torch.empty_like(u)  # to compare into floats is one vectorised pass, to add up booleans takes three
        for end, compare in zip(self._ends, (torch.le, torch.ge), strict=True):
            if math.isfinite(end):
                count += compare(u, end, out=room).sum((1, 2))
        return count

    def _weight_norms(self) -> Tensor:
        """Of all weights, biases left out `[T]`."""
        return _joint_norms([weight for weight, _ in self._model.values])


def _joint_norms(tensors: Sequence[Tensor]) -> Tensor:
    """The Euclidean norm of each trial's numbers in all of these together `[T]`."""
    return torch.stack([sums_of_squares(tensor) for tensor in tensors], 1).sum(1).sqrt()
