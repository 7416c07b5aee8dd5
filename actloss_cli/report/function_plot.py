"""A small plot of a declared activation or loss with its derivative, as the text of an SVG file."""

import io

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from actloss_cli.catalogue.spec import ActivationSpec, LossSpec
from actloss_cli.report.canvas import GREY, SMALL_SIZE, house_style
from actloss_cli.report.function_curve import FunctionCurve, activation_curve, loss_curve

_WIDTH_IN, _HEIGHT_IN = 2.0, 1.35
_FRAME = (0.13, 0.14, 0.83, 0.84)
"""Left, bottom, width and height of the axes, as shares of the figure: all plots have the same."""
_TOP = 4.0
"""No plot shows values beyond it, on either side of 0, so that steep functions leave room for their derivative."""
_MARGIN = 0.09
"""Of the height, above and below."""
_AXIS = "#c8c8c8"
_FUNCTION, _DERIVATIVE = "#0072b2", "#d55e00"
"""Told apart by every kind of colour vision (Okabe & Ito, 2008), and by the dashes."""
_NO_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}


def draw_function(spec: ActivationSpec | LossSpec) -> str:
    """The text of an SVG file, the same on every call: the function solid, its derivative dashed, on white."""
    curve = activation_curve(spec) if isinstance(spec, ActivationSpec) else loss_curve(spec)
    # Digits as text take a fraction of the room that their outlines take, and any reader's font has them.
    with house_style(), mpl.rc_context({"svg.fonttype": "none"}):
        canvas, file = FigureCanvasSVG(_draw(curve)), io.StringIO()
        canvas.print_svg(file, metadata=_NO_METADATA)  # type: ignore[no-untyped-call]  # matplotlib leaves it bare
    return file.getvalue()


def _draw(curve: FunctionCurve) -> Figure:
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), facecolor="white")
    axes = figure.add_axes(_FRAME)
    axes.axhline(0, color=_AXIS, linewidth=0.8)
    axes.axvline(0, color=_AXIS, linewidth=0.8)
    axes.plot(curve.x, curve.derivative, color=_DERIVATIVE, linewidth=1.3, dashes=(3, 1.5))
    axes.plot(curve.x, curve.value, color=_FUNCTION, linewidth=1.5, solid_capstyle="round")
    left, right = float(np.nanmin(curve.x)), float(np.nanmax(curve.x))
    low, high = _reach(curve)
    margin = _MARGIN * (high - low)
    axes.set_xlim(left, right)
    axes.set_ylim(low - margin, high + margin)
    axes.set_xticks(_ticks(left, right))
    axes.set_yticks(_ticks(low, high))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, pad=2, labelsize=SMALL_SIZE, labelcolor=GREY)
    return figure


def _reach(curve: FunctionCurve) -> tuple[float, float]:
    """From the least to the greatest of both curves, within the bound; 0 lies between them."""
    y = np.concatenate([curve.value, curve.derivative, [0.0]])
    return max(float(np.nanmin(y)), -_TOP), min(float(np.nanmax(y)), _TOP)


def _ticks(low: float, high: float) -> list[float]:
    """Few round numbers, none at the far edge of a margin, where it would run into the other axis's labels."""
    slack = _MARGIN / 2 * (high - low)
    ticks = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in ticks if low - slack <= tick <= high + slack]
