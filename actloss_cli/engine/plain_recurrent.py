"""The recurrent cell of the plain loop, step by step as a textbook has it."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from actloss_cli.plan.shaped_models import RecurrentSpec


class ElmanCell(nn.Linear):
    """Reads rows `[B, D]` step by step from the state 0, and gives the last step's pre-activations `[B, H]`.

    Its weight `[H, C + H]` acts on a step's channels and the state before it; `activations` are those of all steps but
    the last, which is the next module's.
    """

    def __init__(self, spec: RecurrentSpec, activations: Sequence[nn.Module]) -> None:
        super().__init__(spec.shape[0] + spec.width, spec.width)
        self._shape = spec.shape
        self.activations = nn.ModuleList(activations)

    def forward(self, rows: Tensor) -> Tensor:
        """`[B, D]` to `[B, H]`."""
        *steps, last = rows.view(len(rows), *self._shape).unbind(2)
        state = rows.new_zeros(len(rows), self.out_features)
        for x, activation in zip(steps, self.activations, strict=True):
            state = activation(super().forward(torch.cat([x, state], 1)))
        return super().forward(torch.cat([last, state], 1))


def recurrent(spec: RecurrentSpec, activations: Sequence[nn.Module]) -> list[nn.Module]:
    """The cell and the activation of its last step, which is the first of as many as there are steps.

    What an activation learns, all steps share.
    """
    last, *earlier = activations
    learns = any(True for _ in last.parameters())
    return [ElmanCell(spec, [last] * len(earlier) if learns else earlier), last]
