"""A cross table of one task as rows, columns and cells, ready to be shown in a terminal or drawn."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from actloss_cli.report.verdict_style import VERDICTS


@dataclass(frozen=True)
class Cell:
    """All pairings of a task that share two functions."""

    score: float
    """Of the pairing that is best on validation; NaN where none has a score."""
    n_trainable: int
    """Pairings, without the invalid."""
    n_work: int
    verdict: str
    """The best that occurs."""

    @property
    def share(self) -> float:
        """Of the pairings that can be trained, those that work; 0 without one."""
        return self.n_work / self.n_trainable if self.n_trainable else 0.0

    @property
    def caption(self) -> str:
        """`12/28` work, or the best verdict where nothing does."""
        return f"{self.n_work}/{self.n_trainable}" if self.n_work else self.verdict


@dataclass(frozen=True)
class CellGrid:
    """Cells by (row label, column label); a combination that the plan leaves out has none."""

    row_role: str
    column_role: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]


def cell_grid(table: pd.DataFrame) -> CellGrid:
    """From a frame as `analysis.cross_tables` gives it, in its order."""
    row_role, column_role = map(str, table.index.names)
    return CellGrid(
        row_role,
        column_role,
        rows=tuple(map(str, table.index.unique(row_role))),
        columns=tuple(map(str, table.index.unique(column_role))),
        cells={(str(row), str(column)): _cell(found) for (row, column), found in _present(table).items()},
    )


def _present(table: pd.DataFrame) -> dict[tuple[str, str], pd.Series]:
    return {key: found for key, found in table.iterrows() if found["n_pairings"]}  # type: ignore[misc]  # two levels


def _cell(found: pd.Series) -> Cell:
    return Cell(
        score=float(found["best_score"]),
        n_trainable=int(found["n_pairings"] - found["invalid"]),
        n_work=int(found["works"] + found["slow"]),
        verdict=next(verdict for verdict in VERDICTS if found[verdict]),
    )
