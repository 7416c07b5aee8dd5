"""A figure without global state: its canvas, its type, text drawn literally, and the two files that it becomes."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from actloss_cli.report.escape import printable, written_out

DPI = 200
FONT = "DejaVu Sans"
"""Ships with matplotlib, so that a figure looks the same everywhere."""
GREY = "#555555"
TITLE_SIZE = 10.0
TEXT_SIZE = 8.0
SMALL_SIZE = 7.0

_SETTINGS: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": [FONT],
    "font.size": TEXT_SIZE,
    "text.parse_math": False,  # a label `$x$` is a label
    "text.usetex": False,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "actloss",  # the same figure gives the same file
}


@contextmanager
def house_style() -> Iterator[None]:
    """Figures must be built and saved inside: matplotlib reads some settings at the one time, some at the other."""
    with mpl.rc_context(_SETTINGS):
        yield


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty figure; inches."""
    return Figure(figsize=(width_in, height_in), dpi=DPI, layout="constrained")


def set_title(figure: Figure, title: str) -> None:
    """The finding, over the whole figure, larger on a large one, folded to its width."""
    size = min(max(TITLE_SIZE, figure.get_figwidth()), 2 * TITLE_SIZE)
    figure.suptitle(fold(figure, title, size), fontsize=size, fontweight="bold", x=0.01, ha="left")


def fold(figure: Figure, text: str, size: float) -> str:
    """Lines of such type, in points, that stay within the figure's width."""
    # Bold DejaVu Sans advances by 0.62 em on average.
    n_chars = max(int((figure.get_figwidth() - 0.2) * 72 / (0.62 * size)), 12)
    return "\n".join(textwrap.wrap(drawable(text), n_chars, break_on_hyphens=False))


def save_figure(figure: Figure, stem: Path) -> list[Path]:
    """Writes `stem`.png at 200 dots per inch and `stem`.svg; gives both paths."""
    png, svg = stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.svg")
    FigureCanvasAgg(figure).print_png(png)  # type: ignore[no-untyped-call]  # matplotlib leaves it bare
    # Laid out by that draw: `savefig` would lay out and draw twice more, which is most of a report's time.
    figure.set_layout_engine("none")
    FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None})  # type: ignore[no-untyped-call]  # likewise
    return [png, svg]


def drawable(text: str) -> str:
    """As `printable`; characters that the font lacks are written out too."""
    return "".join(char if ord(char) in _glyphs() else written_out(char) for char in printable(text))


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(FT2Font(font_manager.findfont(FONT)).get_charmap())
