"""The loss and its gradient against one unit's pre-activation, for both of its targets: what a plot of a head shows."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for
from actloss_cli.catalogue.spec import Kind
from actloss_cli.theory.surface import WRONG, surface_at
from actloss_cli.threads import single_thread

N_POINTS = 161


@dataclass(frozen=True)
class HeadCurve:
    """Of one target."""

    mark: str
    """One character."""
    target: str
    """In words."""
    loss: NDArray[np.float64]
    """`[M]`, NaN where it is no finite number."""
    gradient: NDArray[np.float64]
    """dL/dz `[M]`, NaN likewise."""


@dataclass(frozen=True)
class HeadCurves:
    """Both targets of one unit; of C units all others are at 0."""

    z: NDArray[np.float64]
    """`[M]`, from -8 to 8."""
    curves: tuple[HeadCurve, HeadCurve]


@single_thread()
def head_curves(output: Choice, loss: Choice, kind: Kind, n_units: int) -> HeadCurves:
    """Of a head that has a coding on this kind of task."""
    coding = coding_for(catalogue.loss(loss.name), catalogue.activation(output.name), kind)
    assert coding is not None, "only asked of heads that have one"
    z = torch.linspace(-WRONG, WRONG, N_POINTS, dtype=torch.float64)
    if n_units == 1:
        there = surface_at(output, loss, coding, z[:, None])
        pairs = [(there.losses[k], there.slopes[k, :, 0], there.undefined[k]) for k in range(2)]
    else:  # the true class is the first: as another class's unit stands any other
        pairs = []
        for unit in (1, 0):
            there = surface_at(
                output,
                loss,
                coding,
                torch.zeros(N_POINTS, n_units, dtype=z.dtype).index_put_(
                    (torch.arange(N_POINTS), torch.tensor(unit)), z
                ),
            )
            pairs.append((there.losses[0], there.slopes[0, :, unit], there.undefined[0]))
    named = _NAMES[kind if n_units == 1 else "multiclass"]
    curves = tuple(
        HeadCurve(mark, target, *(values.masked_fill(undefined, torch.nan).numpy() for values in (losses, slopes)))
        for (mark, target), (losses, slopes, undefined) in zip(named, pairs, strict=True)
    )
    return HeadCurves(z.numpy(), (curves[0], curves[1]))


_NAMES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "binary": (("0", "class 0"), ("1", "class 1")),
    "multiclass": (("0", "another class"), ("1", "the unit's class")),
    "regression": (("-", "a low target"), ("+", "a high target")),
}
