"""What matters, as the page's template takes it: variance shares by factor, ranks of levels over tasks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase

import pandas as pd

from actloss_cli.analysis.ranks import Ranks
from actloss_cli.analysis.variance_shares import RESPONSES
from actloss_cli.report.terminal_ranks import finding as rank_finding
from actloss_cli.report.terminal_ranks import how_to_read
from actloss_cli.report.variance_table import finding, format_percent


@dataclass(frozen=True)
class FactorRow:
    """A factor with its share in each response, as text and as the length of a bar in percent."""

    factor: str
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class TaskShares:
    """One task's table."""

    task: str
    finding: str
    note: str
    rows: tuple[FactorRow, ...]


@dataclass(frozen=True)
class RankRow:
    """A level; those that share a letter are not told apart."""

    level: str
    mean_rank: str
    place: float
    """Of the mean rank between the first and the last possible, in percent."""
    letters: str


@dataclass(frozen=True)
class RankTable:
    """One role over the tasks of a kind."""

    finding: str
    note: str
    role: str
    rows: tuple[RankRow, ...]


def task_shares(shares: pd.DataFrame) -> Iterator[TaskShares]:
    """From `analysis.variance_shares`; factors that do not vary have no row."""
    for task, of_task in shares.groupby(level="task", sort=False):
        rows = of_task.droplevel("task")
        has_shares = bool(rows[[f"{response}_share" for response in RESPONSES]].notna().any(axis=None))
        yield TaskShares(
            task=str(task),
            finding=finding(rows, 2),
            note=str(rows["note"].iloc[0]),
            rows=tuple(_factor_row(str(name), row) for name, row in rows[rows["df"] > 0].iterrows() if has_shares),
        )


def rank_table(ranks: Ranks) -> RankTable:
    """One role's ranking, the best level first."""
    return RankTable(
        finding=rank_finding(ranks),
        note=how_to_read(ranks),
        role=ranks.role,
        rows=tuple(
            RankRow(
                level=level,
                mean_rank=f"{rank:.2f}",
                place=round(100 * (rank - 1) / (len(ranks.levels) - 1), 2),
                letters=" ".join(
                    letter for letter, group in zip(ascii_lowercase, ranks.groups, strict=False) if level in group
                ),
            )
            for level, rank in zip(ranks.levels, ranks.mean_rank.tolist(), strict=True)
        ),
    )


def _factor_row(factor: str, row: pd.Series) -> FactorRow:
    shares = [float(row[f"{response}_share"]) for response in RESPONSES]
    return FactorRow(
        factor,
        tuple((format_percent(share), 0.0 if math.isnan(share) else round(100 * share, 1)) for share in shares),
    )
