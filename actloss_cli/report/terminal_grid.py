"""A cross table in a terminal: best score, share that works, the verdict's symbol; as many columns abreast as fit."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actloss_cli.report.cell_grid import Cell, CellGrid
from actloss_cli.report.escape import fold_label
from actloss_cli.report.number_format import format_score
from actloss_cli.report.terminal_text import shown, symbol

_GAP = 2
"""Between columns: one of padding, one that Rich keeps for the divider."""
_ROW_LABEL = 18
"""Characters of a row label in a line; longer ones are folded."""
_COLUMN_LABEL = 13
"""Likewise of a column label; no narrower than a cell that holds its two numbers in two lines."""


def print_grid(console: Console, grid: CellGrid) -> None:
    """Prints the table in blocks of columns where the console is too narrow for all; nothing is cut."""
    rows = [_folded(console, row, _ROW_LABEL) for row in grid.rows]
    headers = [_folded(console, column, _COLUMN_LABEL) for column in grid.columns]
    corner = shown(console, f"{grid.row_role} \\ {grid.column_role}")
    first = max(_width(text) for text in (*rows, corner))
    joint = " "
    widths = _column_widths(console, grid, headers, joint)
    if first + sum(_GAP + width for width in widths) > console.width:
        joint = "\n  "
        widths = _column_widths(console, grid, headers, joint)
    for block in _blocks(widths, console.width - first):
        table = Table(
            box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0), header_style="bold"
        )
        table.add_column(corner, width=first, no_wrap=True)
        for j in block:
            table.add_column(headers[j], min_width=widths[j], vertical="top", no_wrap=True)
        for row, label in zip(grid.rows, rows, strict=True):
            cells = (grid.cells.get((row, grid.columns[j])) for j in block)
            table.add_row(label, *(_cell(console, cell, joint) for cell in cells))
        console.print(table)
        console.print()


def _folded(console: Console, label: str, width: int) -> Text:
    return Text("\n".join(fold_label(shown(console, label).plain, width)))


def _cell(console: Console, cell: Cell | None, joint: str) -> Text:
    if cell is None:
        return Text("")
    if not cell.n_trainable:
        return symbol(console, cell.verdict) + Text(f" {cell.caption}")
    return symbol(console, cell.verdict) + Text(f" {format_score(cell.score)}{joint}{cell.caption}")


def _column_widths(console: Console, grid: CellGrid, headers: list[Text], joint: str) -> list[int]:
    return [
        max(_width(header), *(_width(_cell(console, grid.cells.get((row, column)), joint)) for row in grid.rows))
        for column, header in zip(grid.columns, headers, strict=True)
    ]


def _width(text: Text) -> int:
    return max(line.cell_len for line in text.split("\n", allow_blank=True))


def _blocks(widths: list[int], room: int) -> list[list[int]]:
    """Column numbers, as many to a block as there is room for, at least one."""
    blocks: list[list[int]] = [[]]
    used = 0
    for j, width in enumerate(widths):
        if blocks[-1] and used + _GAP + width > room:
            blocks.append([])
            used = 0
        blocks[-1].append(j)
        used += _GAP + width
    return blocks
