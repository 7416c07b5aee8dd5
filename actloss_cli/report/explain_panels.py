"""The plots of a card on a terminal: the loss and its gradient against z; a hidden function, and sizes by depth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.report.explain_sketch import BOTH, side_by_side, sketch
from actloss_cli.report.function_curve import activation_curve
from actloss_cli.theory.card import Card, HiddenLayers
from actloss_cli.theory.depth import DepthProperties
from actloss_cli.theory.head_curves import head_curves

HEIGHT = 7

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """One plot: curves `[M]`, each with its mark, over x `[M]`."""

    title: str
    x: Floats
    curves: tuple[tuple[str, Floats], ...]


@dataclass(frozen=True)
class Plots:
    """Two panels that belong together, and what their marks mean."""

    panels: tuple[Panel, Panel]
    legend: str

    def lines(self, width: int, *, wide: bool) -> list[str]:
        """At most `width` characters each: side by side if that is wide, else one below the other."""
        half = (width - 2) // 2
        one, other = (
            # a character is left, so that a line that fills the terminal is not folded
            sketch(panel.title, panel.x, panel.curves, (half if wide else width) - 1, HEIGHT)
            for panel in self.panels
        )
        return side_by_side(one, other, half) if wide else [*one, *other]


def plots_of(card: Card) -> Sequence[Plots]:
    """Of the head, unless it is invalid; of the hidden layers, if some are named."""
    plots = [] if card.invalid else [_of_head(card)]
    if card.hidden is not None and card.depth is not None:
        plots.append(_of_hidden(card.hidden, card.depth))
    return plots


def _of_head(card: Card) -> Plots:
    found = head_curves(card.output, card.loss, card.kind, card.n_units)
    one, other = found.curves
    where = "" if card.n_units == 1 else "z of one unit, the others at 0. "
    return Plots(
        (
            Panel("loss against z", found.z, tuple((curve.mark, curve.loss) for curve in found.curves)),
            Panel("its gradient dL/dz", found.z, tuple((curve.mark, curve.gradient) for curve in found.curves)),
        ),
        f"{where}{one.mark}: {one.target}; {other.mark}: {other.target}; {BOTH}: both",
    )


def _of_hidden(hidden: HiddenLayers, depth: DepthProperties) -> Plots:
    spec = catalogue.activation(hidden.activation.name)
    curve = activation_curve(replace(spec, hyper=hidden.activation.hyper(spec)))
    there = np.isfinite(curve.x)
    sizes = np.array([[*depth.activation_rms, np.nan], depth.delta_rms])
    with np.errstate(divide="ignore"):  # a size of 0 leaves its column empty
        powers = np.log10(sizes)
    layers = np.arange(1.0, sizes.shape[1] + 1)
    return Plots(
        (
            Panel(
                f"{hidden.activation.label}(z)",
                curve.x[there],
                (("f", curve.value[there]), ("d", curve.derivative[there])),
            ),
            Panel("size (rms) by layer, power of ten", layers, (("v", powers[0]), ("g", powers[1]))),
        ),
        f"f: the function; d: its derivative; v: values; g: gradient, over the output layer's; {BOTH}: both",
    )
