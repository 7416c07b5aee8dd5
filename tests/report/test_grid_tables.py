"""Cross tables to paste: the numbers of the cell grid, and labels that neither Markdown nor LaTeX obeys."""

import math
import xml.etree.ElementTree as ET

from markdown_it import MarkdownIt

from actloss_cli.report.cell_grid import Cell, CellGrid
from actloss_cli.report.grid_tables import grid_latex, grid_markdown

GRID = CellGrid(
    "output",
    "loss",
    rows=("identity", "50 % | $x_1$"),
    columns=("mse", "b\\ce\x1b"),
    cells={
        ("identity", "mse"): Cell(0.9444, 35, 18, "works"),
        ("identity", "b\\ce\x1b"): Cell(math.nan, 0, 0, "invalid"),
        ("50 % | $x_1$", "mse"): Cell(0.5, 12, 0, "fails"),
    },
)


def test_markdown_holds_each_cell_under_its_labels():
    assert grid_markdown(GRID) == (
        "| output \\\\ loss | mse | b\\\\ce\\\\x1b |\n"
        "| --- | --- | --- |\n"
        "| identity | 0.944 (18/35) | invalid |\n"
        "| 50 % \\| $x\\_1$ | 0.500 (fails) | - |\n"
    )


def test_latex_escapes_every_label():
    assert grid_latex(GRID) == (
        "\\begin{tabular}{lrr}\n\\toprule\n"
        " & mse & b\\textbackslash ce\\textbackslash x1b \\\\\n\\midrule\n"
        "identity & 0.944 (18/35) & invalid \\\\\n"
        "50 \\% \\textbar  \\$x\\_1\\$ & 0.500 (fails) & - \\\\\n"
        "\\bottomrule\n\\end{tabular}\n"
    )


HOSTILE = ("<script>alert(1)</script>", "</script>", '"><img onerror=alert(1)>', "\x1b[31mred", "[/red]", "*", "=1+1")


def test_latex_shows_markup_as_text_and_takes_no_label_for_an_option():
    """A `[` or `*` after a line's end is that command's option (Lamport, LaTeX, C.1.1); `<` in OT1 prints as `¡`."""
    cells = {(row, "mse"): Cell(0.5, 12, 0, "fails") for row in HOSTILE}
    lines = grid_latex(CellGrid("output", "loss", HOSTILE, ("mse",), cells)).splitlines()
    assert [line.split(" & ")[0] for line in lines[4:-2]] == [
        r"\textless script\textgreater alert(1)\textless /script\textgreater ",
        r"\textless /script\textgreater ",
        r'"\textgreater \textless img onerror=alert(1)\textgreater ',
        r"\textbackslash x1b[31mred",
        "{}[/red]",
        "{}*",
        "=1+1",
    ]


def test_markdown_shows_markup_as_text():
    cells = {(row, "mse"): Cell(0.5, 12, 0, "fails") for row in HOSTILE}
    html = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render(grid_markdown(CellGrid("output", "loss", HOSTILE, ("mse",), cells)))
    )
    shown = [cell.text for cell in ET.fromstring(f"<x>{html}</x>").iter("td")][::2]
    assert shown == [label.replace("\x1b", r"\x1b") for label in HOSTILE]
