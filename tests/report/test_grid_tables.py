"""Cross tables to paste: the numbers of the cell grid, and labels that neither Markdown nor LaTeX obeys."""

import math

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
        "50 \\% | \\$x\\_1\\$ & 0.500 (fails) & - \\\\\n"
        "\\bottomrule\n\\end{tabular}\n"
    )
