"""The loss at the start, and that of one who knows nothing: outputs of 0, or the same probability for every class."""

import math
from typing import Any

from torch import Tensor

from actloss_cli.checking.head import Head


def expected_loss(head: Head) -> tuple[float, str] | None:
    """The number and its formula; None where there is no such thing."""
    target = head.target
    if head.loss in ("cross_entropy", "nll") and head.n_units > 1:
        return math.log(head.n_units), f"ln {head.n_units}"
    if head.loss in ("bce", "bce_with_logits", "soft_margin"):
        return math.log(2), "ln 2"
    if head.loss in ("hinge", "squared_hinge"):
        return 1.0, "hinge at 0"
    if target is None or not target.numel():
        return None
    values = target.detach().double()
    if head.loss == "mse":
        return float(values.square().mean()), "mean of target²"
    if head.loss == "mae":
        return float(values.abs().mean()), "mean of |target|"
    return None


def start_loss(head: Head, loss: Any) -> float | None:
    """What this loss gives per row and unit; None where it did not come to an end."""
    if head.op is None:
        return float(loss.detach().double().mean()) if isinstance(loss, Tensor) else None
    if not head.op.outputs or head.settings.get("reduction", "mean") not in ("mean", "none"):
        return None
    return float(head.op.output.detach().double().mean())
