"""The cross tables of each task, as the page's template takes them; colours are classes, as the policy demands."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from matplotlib.colors import to_hex

from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.cell_grid import Cell, CellGrid, cell_grid
from actloss_cli.report.findings import find_offences
from actloss_cli.report.frame_rows import of_task
from actloss_cli.report.heatmap import cell_colour, ink_on
from actloss_cli.report.number_format import format_score
from actloss_cli.report.verdict_style import VERDICTS, VerdictStyle, style_of

_STEPS = 20
"""Shades between no pairing that works and all."""


@dataclass(frozen=True)
class CellView:
    """One cell; its colour repeats what its symbol and its numbers say."""

    row: str
    column: str
    shade: str
    """A class, see `shades`."""
    style: VerdictStyle
    score: str
    caption: str
    told: str
    """The cell in words."""


@dataclass(frozen=True)
class Matrix:
    """One cross table of one task."""

    task: str
    caption: str
    row_role: str
    column_role: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CellView | None, ...]], ...]
    """Label and cells; None for what the plan leaves out."""


@dataclass(frozen=True)
class Shade:
    """A class of cells."""

    name: str
    fill: str
    ink: str


def matrices(analysis: Analysis, task: str) -> Iterator[Matrix]:
    """Output by loss, then activation by optimizer."""
    pairings = of_task(analysis.pairings, task)
    for table in (output_by_loss(analysis, task), activation_by_optimizer(analysis, task)):
        grid = cell_grid(table)
        yield Matrix(
            task=task,
            caption=_caption(grid, pairings),
            row_role=grid.row_role,
            column_role=grid.column_role,
            columns=grid.columns,
            rows=tuple((row, tuple(_cell(grid, row, column) for column in grid.columns)) for row in grid.rows),
        )


def shades() -> list[Shade]:
    """Every class that a cell may have: by the share that works, or by the verdict where nothing does."""
    works = [(f"share-{step}", Cell(1.0, _STEPS, step, VERDICTS[0])) for step in range(1, _STEPS + 1)]
    none = [(verdict_shade(verdict), Cell(0.0, 1, 0, verdict)) for verdict in VERDICTS]
    return [Shade(name, to_hex(cell_colour(cell)), ink_on(cell_colour(cell))) for name, cell in [*works, *none]]


def verdict_shade(verdict: str) -> str:
    """The class that has a verdict's own colour."""
    return f"verdict-{VERDICTS.index(verdict)}"


def _caption(grid: CellGrid, pairings: pd.DataFrame) -> str:
    """`output by loss: hinge never works under softmax`; what never works names the largest such group."""
    axes = f"{grid.row_role} by {grid.column_role}"
    offences = find_offences(pairings, (grid.row_role, grid.column_role))
    return f"{axes}: {offences[0].sentence}" if offences else axes


def _cell(grid: CellGrid, row: str, column: str) -> CellView | None:
    cell = grid.cells.get((row, column))
    if cell is None:
        return None
    share = max(round(_STEPS * cell.share), 1)
    return CellView(
        row=row,
        column=column,
        shade=f"share-{share}" if cell.n_work else verdict_shade(cell.verdict),
        style=style_of(cell.verdict),
        score=format_score(cell.score) if cell.n_trainable else "",
        caption=cell.caption,
        told=_told(grid, row, column, cell),
    )


def _told(grid: CellGrid, row: str, column: str, cell: Cell) -> str:
    where = f"{grid.row_role} {row}, {grid.column_role} {column}"
    if not cell.n_trainable:
        return f"{where}: {cell.verdict}"
    best = f"best verdict {cell.verdict}, score {format_score(cell.score)}"
    return f"{where}: {cell.n_work} of {cell.n_trainable} pairings work, {best}"
