"""The page's sketches: the loss and its gradient against one unit's pre-activation, for each output and loss."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.catalogue.coding import coding_for, count_units
from actloss_cli.report.frame_rows import row_at
from actloss_cli.store.data import RunData
from actloss_cli.store.heads import Head, read_heads
from actloss_cli.theory.head_curves import head_curves

_EVERY = 2
"""Of the curves' points, as many as a chart of this width shows."""
_DIGITS = 4


def sketches(run: RunData) -> dict[str, dict[str, Any]]:
    """For each task, by `output/loss`: `z` `[M]` and two `curves`, each with target, loss and gradient `[M]`."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for head in read_heads(Path(run.path)):
        if sketch := _sketch(run, head):
            found[head.task][f"{head.output.label}/{head.loss.label}"] = sketch
    return found


def _sketch(run: RunData, head: Head) -> dict[str, Any] | None:
    """None, too, for code that is not the catalogue's: a report imports none."""
    if head.output.code or head.loss.code:
        return None
    facts = row_at(run.tasks, head.task)
    coding = coding_for(catalogue.loss(head.loss.name), catalogue.activation(head.output.name), facts["kind"])
    if coding is None:
        return None
    drawn = head_curves(head.output, head.loss, facts["kind"], count_units(coding, int(facts["n_classes"])))
    return {
        "z": _points(drawn.z),
        "curves": [
            {"target": curve.target, "loss": _points(curve.loss), "gradient": _points(curve.gradient)}
            for curve in drawn.curves
        ],
    }


def _points(values: NDArray[np.float64]) -> list[float | None]:
    return [float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None for value in values[::_EVERY]]
