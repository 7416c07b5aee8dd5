"""A figure without global state: its canvas, its type, text drawn literally, and the two files that it becomes."""

import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.patheffects import AbstractPathEffect, Normal, Stroke

from actloss_cli.report.escape import printable, written_out

DPI = 200
FONT = "DejaVu Sans"
"""Ships with matplotlib, so that a figure looks the same everywhere."""
GREY = "#555555"
COLUMN_IN, PAGE_IN = 3.5, 7.16
"""Widths of one column and of both in a journal of two columns; figures are drawn at the size of print."""
TITLE_SIZE = 9.0
TEXT_SIZE = 8.0
SMALL_SIZE = 7.0
FINE_SIZE = 6.5
"""The smallest type, in points."""
_VISIBLE = 3.0
"""Contrast against what is beside it that a graphical object needs (WCAG 2.1, 1.4.11)."""
LINE_IN = 0.013
"""Height of a line of text for each point of its size, in inches."""

RGB: TypeAlias = tuple[float, float, float]

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
    figure.suptitle(fold(figure, title, size, bold=True), fontsize=size, fontweight="bold", x=0.01, ha="left")


def set_note(figure: Figure, note: str) -> None:
    """How to read the figure, in small type under all of it."""
    figure.supxlabel(fold(figure, note, FINE_SIZE), fontsize=FINE_SIZE, color=GREY, x=0.01, ha="left")


def fold(figure: Figure, text: str, size: float, *, bold: bool = False) -> str:
    """Lines of such type, in points, that stay within the figure's width."""
    room_in = figure.get_figwidth() - 0.15
    text = drawable(text)
    most = min(int(room_in / text_width_in("i", size)), max(len(text), 13))
    for n_chars in range(most, 12, -1):
        lines = textwrap.wrap(text, n_chars, break_on_hyphens=False)
        if widest_in(lines, size, bold=bold) <= room_in:
            break
    return "\n".join(lines)


def widest_in(lines: Iterable[str], size: float, *, bold: bool = False) -> float:
    """Width of the widest of them in inches; 0 of none."""
    return max((text_width_in(line, size, bold=bold) for line in lines), default=0.0)


@cache
def text_width_in(text: str, size: float, *, bold: bool = False) -> float:
    """Width in inches of one line in type of that size, in points."""
    face = _face(bold)
    face.set_size(_MEASURED_SIZE, 72)
    face.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    width, _ = face.get_width_height()  # in 64ths of a pixel; at 72 dots per inch a pixel is a point
    return width / 64 * size / _MEASURED_SIZE / 72


def cased(colour: str, width: float) -> list[AbstractPathEffect]:
    """Path effects of a line of that colour, so wide in points: a light one gets edges, else white would swallow it."""
    edge = width + 0.8 if contrast(to_rgb(colour), (1.0, 1.0, 1.0)) < _VISIBLE else width
    return [Stroke(linewidth=edge, foreground=GREY), Normal()]


def contrast(a: RGB, b: RGB) -> float:
    """Contrast ratio of two colours, red, green, blue in 0 to 1, from 1 to 21 (WCAG 2.1)."""
    darker, lighter = sorted((_luminance(a), _luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: RGB) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.1)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def save_figure(figure: Figure, stem: Path) -> list[Path]:
    """Writes `stem`.png at 200 dots per inch and `stem`.svg; gives both paths."""
    png, svg = save_png(figure, stem), stem.with_name(f"{stem.name}.svg")
    # Laid out by that draw: `savefig` would lay out and draw twice more, which is most of a report's time.
    figure.set_layout_engine("none")
    FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None})  # type: ignore[no-untyped-call]  # likewise
    return [png, svg]


def save_png(figure: Figure, stem: Path) -> Path:
    """Writes `stem`.png at 200 dots per inch; gives its path."""
    png = stem.with_name(f"{stem.name}.png")
    FigureCanvasAgg(figure).print_png(png)  # type: ignore[no-untyped-call]  # matplotlib leaves it bare
    return png


def drawable(text: str) -> str:
    """As `printable`; characters that the font lacks are written out too."""
    return "".join(char if ord(char) in _glyphs() else written_out(char) for char in printable(text))


_MEASURED_SIZE = 100
"""Points in which widths are measured, before they are scaled."""


def _face(bold: bool) -> FT2Font:
    """Asked for each time: glyphs are read from its open file, which copies of this process must not share."""
    return font_manager.get_font(_font_file(bold))


@cache
def _font_file(bold: bool) -> str:
    return font_manager.findfont(FontProperties(family=FONT, weight="bold" if bold else "normal"))


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(_face(False).get_charmap())
