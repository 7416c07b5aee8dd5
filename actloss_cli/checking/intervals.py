"""What a map makes of an interval of numbers, by its values on a grid and at the ends."""

import math
from typing import Any

import torch
from torch import Tensor

from actloss_cli.catalogue.interval import Interval
from actloss_cli.checking.trace import Op

_FAR, _NEAR = 1e300, 60.0
"""Where a map stands for its limit, and where its finer shape lies."""

_ENDLESS = 500.0


def image_of(op: Op, place: int, interval: Interval | None) -> Interval | None:
    """What the map makes of an interval, by its values on a grid and at the ends; None where it can't be replayed."""
    if interval is None:
        return None
    low, high = max(interval.low, -_NEAR), min(interval.high, _NEAR)
    ends = [end for end in (-_FAR, _FAR) if interval.low <= end <= interval.high]
    grid = torch.cat((torch.linspace(low, high, 4001, dtype=torch.float64), torch.tensor(ends, dtype=torch.float64)))
    data = op.tensors[place]
    try:
        with torch.no_grad():
            values = op.func(*(_swap(arg, data, grid) for arg in op.args),
                             **{name: _swap(arg, data, grid) for name, arg in op.kwargs.items()})  # fmt: skip
    except (RuntimeError, TypeError, ValueError):
        return None
    values = values[~values.isnan()]
    if not len(values):
        return None
    least, most = float(values.min()), float(values.max())
    return Interval(
        -math.inf if least < -_ENDLESS and math.isinf(min(interval.low, -interval.high)) else least,
        math.inf if most > _ENDLESS and math.isinf(min(interval.low, -interval.high)) else most,
    )


def _swap(arg: Any, data: Tensor, grid: Tensor) -> Any:
    if arg is data:
        return grid
    return arg.double() if isinstance(arg, Tensor) and arg.is_floating_point() else arg
