"""Which levels of a role rank best over the tasks of a kind: Friedman's test, then Nemenyi's on each pair. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from actloss_cli.analysis.pairing_order import best_first
from actloss_cli.analysis.pairing_row import FUNCTIONS
from actloss_cli.analysis.statistics import LEVEL
from actloss_cli.plan.selection import Floats

MIN_TASKS = 6
"""With fewer, Friedman's chi-squared is a poor approximation, and Nemenyi's test hardly ever tells two levels apart."""
MIN_LEVELS = 3
"""Two levels need no correction, and Friedman's test needs three."""
ALPHA = 1 - LEVEL


@dataclass(frozen=True)
class Ranks:
    """K levels of a role, the best first."""

    kind: str
    role: str
    levels: tuple[str, ...]
    mean_rank: Floats
    """`[K]`: over tasks; 1 is best, ties share."""
    friedman_p: float
    """Of the hypothesis that all levels rank alike."""
    pairwise_p: Floats
    """`[K, K]`: Nemenyi's, which allow for the number of pairs; 1 on the diagonal."""
    n_tasks: int
    groups: tuple[tuple[str, ...], ...]
    """The largest sets of two or more levels that are not told apart; all levels if Friedman's test finds nothing."""
    left_out: tuple[str, ...]
    """Levels that lack a score on one of the tasks."""


def all_ranks(pairings: pd.DataFrame) -> Iterator[Ranks]:
    """Of each role over the tasks of each kind, where there are enough; `pairings` as `Analysis` has them."""
    # A frame of few columns is cut up in less time.
    told = pairings[["task", "kind", "score", "validation_score", *FUNCTIONS]]
    for kind in told["kind"].unique():
        for role in FUNCTIONS:
            if ranks := rank_levels(told, str(kind), role):
                yield ranks


def rank_levels(pairings: pd.DataFrame, kind: str, role: str) -> Ranks | None:
    """Gives the ranks of the levels of `role` (one of `FUNCTIONS`) over the tasks of a kind.

    `pairings` is the frame of `Analysis`. A level's value on a task is the test score of its pairing that is best on
    validation: the best that it can do there, chosen without the test set. Tasks with scores of fewer than `MIN_LEVELS`
    levels do not compare this role and are no blocks. None with fewer than `MIN_TASKS` blocks, or fewer than
    `MIN_LEVELS` levels that occur on all of them. The procedure is that of Demsar (2006), "Statistical Comparisons of
    Classifiers over Multiple Data Sets".
    """
    of_kind = pairings[(pairings["kind"] == kind) & pairings["validation_score"].notna()]
    if of_kind["task"].nunique() < MIN_TASKS:
        return None
    values = _best_scores(of_kind, role)
    blocks = values[values.notna().sum(axis="columns") >= MIN_LEVELS]
    complete = blocks.dropna(axis="columns")
    if len(complete) < MIN_TASKS or complete.shape[1] < MIN_LEVELS:
        return None
    # With it come scipy.stats, seaborn and matplotlib: seconds that most reports can do without.
    from scikit_posthocs import posthoc_nemenyi_friedman  # noqa: PLC0415

    mean_rank = complete.rank(axis="columns", ascending=False).mean().sort_values(kind="stable")
    levels = tuple(mean_rank.index)
    friedman_p = _friedman_p(complete)
    pairwise_p = posthoc_nemenyi_friedman(complete).loc[[*levels], [*levels]].to_numpy(np.float64)
    told_apart = (pairwise_p < ALPHA) & (friedman_p < ALPHA)
    return Ranks(
        kind=kind,
        role=role,
        levels=levels,
        mean_rank=mean_rank.to_numpy(np.float64),
        friedman_p=friedman_p,
        pairwise_p=pairwise_p,
        n_tasks=len(complete),
        groups=_groups(levels, told_apart),
        left_out=tuple(values.columns.difference(complete.columns)),
    )


def _best_scores(scored: pd.DataFrame, role: str) -> pd.DataFrame:
    """`[tasks, levels]`, levels by name; NaN where no pairing of the level has a score."""
    ranked = best_first(scored, "validation_score")
    return ranked.drop_duplicates(["task", role]).pivot(index="task", columns=role, values="score")


def _friedman_p(values: pd.DataFrame) -> float:
    """Of `[tasks, levels]`."""
    if (values.nunique(axis="columns") == 1).all():
        return 1.0  # All tied everywhere: the statistic is 0 / 0.
    from scipy import stats  # noqa: PLC0415 - as above

    return float(stats.friedmanchisquare(*values.to_numpy().T).pvalue)


def _groups(levels: tuple[str, ...], told_apart: np.ndarray) -> tuple[tuple[str, ...], ...]:
    """Runs of the ranking: Nemenyi's p falls with the difference of mean ranks, so a group has no gaps."""
    ends = [1 + int(np.flatnonzero(~row)[-1]) for row in told_apart]
    runs = [(start, end) for start, end in enumerate(ends) if end - start > 1]
    return tuple(levels[start:end] for start, end in runs if not any(s < start and end <= e for s, e in runs))
