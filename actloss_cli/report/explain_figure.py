"""A card as a picture: the loss and its gradient against z; of hidden layers the function, and gradients by depth."""

from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from actloss_cli import catalogue
from actloss_cli.report.canvas import GREY, SMALL_SIZE, TEXT_SIZE, drawable, new_figure, set_title
from actloss_cli.report.explain_view import headline
from actloss_cli.report.function_curve import activation_curve
from actloss_cli.theory.card import Card, HiddenLayers
from actloss_cli.theory.depth import DepthProperties
from actloss_cli.theory.head_curves import head_curves

_LOOKS = (("#D55E00", "--"), ("#0072B2", "-"))
"""Colour (Okabe and Ito, 2008) and dash: either tells both curves apart."""
_PANEL_IN, _HEIGHT_IN = 3.4, 2.6
_MOST_MARKED = 20
"""Layers up to which each point has a marker; more would hide the line."""


def draw_card(card: Card) -> Figure | None:
    """Draws the head's curves, and those of the hidden layers where some are named; None where there is nothing."""
    n_rows = (not card.invalid) + (card.depth is not None)
    if not n_rows:
        return None
    figure = new_figure(2 * _PANEL_IN, _HEIGHT_IN * n_rows + 0.5)
    if not card.invalid:
        _draw_head(card, figure.add_subplot(n_rows, 2, 1), figure.add_subplot(n_rows, 2, 2))
    if card.hidden is not None and card.depth is not None:
        function = figure.add_subplot(n_rows, 2, 2 * n_rows - 1)
        _draw_hidden(card.hidden, card.depth, function, figure.add_subplot(n_rows, 2, 2 * n_rows))
    for axes in figure.axes:
        axes.tick_params(labelsize=SMALL_SIZE)
        axes.legend(fontsize=SMALL_SIZE, frameon=False)
    set_title(figure, f"{headline(card)}: predicted {card.prediction.verdict}")
    return figure


def _draw_head(card: Card, loss: Axes, gradient: Axes) -> None:
    curves = head_curves(card.output, card.loss, card.kind, card.n_units)
    for curve, (colour, dash) in zip(curves.curves, _LOOKS, strict=True):
        for axes, values in ((loss, curve.loss), (gradient, curve.gradient)):
            axes.plot(curves.z, values, color=colour, linestyle=dash, linewidth=1.4, label=curve.target)
    for axes in (loss, gradient):
        axes.set_xticks([-8, -4, 0, 4, 8])
    gradient.axhline(0, color=GREY, linewidth=0.6, zorder=0)
    z = "pre-activation z" if card.n_units == 1 else "pre-activation z of one unit, the others at 0"
    _name(loss, "loss", z)
    _name(gradient, "gradient dL/dz", z)


def _draw_hidden(hidden: HiddenLayers, depth: DepthProperties, function: Axes, gradients: Axes) -> None:
    spec = catalogue.activation(hidden.activation.name)
    curve = activation_curve(replace(spec, hyper=hidden.activation.hyper(spec)))
    for values, label, (colour, dash) in zip((curve.derivative, curve.value), ("f'(z)", "f(z)"), _LOOKS, strict=True):
        function.plot(curve.x, values, color=colour, linestyle=dash, linewidth=1.4, label=label)
    _name(function, f"{hidden.activation.label}", "pre-activation z")
    lines = (("values", depth.activation_rms, "s"), ("gradient, over the output layer's", depth.delta_rms, "o"))
    for (label, sizes, marker), (colour, dash) in zip(lines, _LOOKS, strict=True):
        shape = marker if len(sizes) <= _MOST_MARKED else None
        layers = range(1, len(sizes) + 1)
        gradients.plot(layers, sizes, color=colour, linestyle=dash, marker=shape, markersize=3, label=label)
    both = np.array([*depth.activation_rms, *depth.delta_rms])
    if np.isfinite(both).all() and both.min() > 0 and both.max() > 10 * both.min():
        gradients.set_yscale("log")
        gradients.yaxis.set_major_formatter("{x:g}")
        gradients.yaxis.set_minor_formatter(NullFormatter())
    gradients.xaxis.set_major_locator(MaxNLocator(integer=True))
    gradients.set_xlim(left=0.5)  # there is no layer 0
    _name(gradients, f"size (rms) by layer, init {hidden.init}", "layer; the last is the output")


def _name(axes: Axes, title: str, x: str) -> None:
    axes.set_title(drawable(title), fontsize=TEXT_SIZE, loc="left", fontweight="bold")
    axes.set_xlabel(x, fontsize=SMALL_SIZE)
