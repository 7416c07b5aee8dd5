"""Whether one row of a minibatch changes the outputs of others, by changing it."""

from typing import Any

import torch
from torch import Tensor, nn

from actloss_cli.checking.calling import call_model, is_plain
from actloss_cli.checking.trace import tensors_in

_FEW = 8
"""Rows suffice to see whether one changes the output of another."""


def mixing_of(model: nn.Module, inputs: Any, targets: Any, outputs: Any) -> float:
    """0 where it can't be told: several inputs, one row, outputs that are not one per row.

    Normalisation over the minibatch is put into evaluation, where it keeps rows apart; the caller restores it.
    """
    output = next(tensors_in(outputs), None)
    target = next(tensors_in(targets), None)
    if not isinstance(inputs, Tensor) or output is None or not is_plain(inputs) or inputs.dim() < 2 or len(inputs) < 2:
        return 0.0
    if (
        not output.dim()
        or len(output) != len(inputs)
        or target is None
        or not target.dim()
        or len(target) != len(inputs)
    ):
        return 0.0
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()
    # a model may be made for one size of minibatch
    change = _changes(model, inputs.detach()[:_FEW]) if len(inputs) > _FEW else None
    if change is None:
        change = _changes(model, inputs.detach())
    if change is None or not change.isfinite().all() or not change.max() > 0:
        return 0.0
    return float(change[1:].max() / change.max())


def _changes(model: nn.Module, rows: Tensor) -> Tensor | None:
    """`[B]`: by how much each row's output changes at most with the input of row 0; None if it can't be asked."""
    other = rows.clone()
    other[0] = rows[1] if not torch.equal(rows[0], rows[1]) else rows[-1]
    state = torch.get_rng_state()
    results = []
    for values in (rows.clone(), other):
        torch.set_rng_state(state)
        try:
            with torch.no_grad():
                result = next(tensors_in(call_model(model, values)), None)
        except Exception:  # whatever it raises, it can't be asked
            return None
        if result is None or not result.dim() or len(result) != len(rows) or not result.is_floating_point():
            return None
        results.append(result.detach().double())
    return (results[0] - results[1]).abs().reshape(len(rows), -1).amax(1)
