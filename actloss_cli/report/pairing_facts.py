"""One pairing in words and numbers: what `actloss show` prints and the page opens, as rows of text. No layout here."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.analysis.judgements import ProbabilityGrade
from actloss_cli.analysis.pairing_row import DTYPES, NAMES
from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.report.number_format import (
    format_interval,
    format_lr,
    format_metric,
    format_score,
    format_steps,
    score_name,
)

Row: TypeAlias = "Mapping[str, Any] | pd.Series"
"""Of `Analysis.pairings`."""
Trials: TypeAlias = Mapping[str, Sequence[Any]]
"""Columns of `RunData.trials`, of one pairing and phase."""

FINAL_HEADER = ("final seed", "score", "status", "best epoch", "its validation score")
TUNING_HEADER = ("lr", "mean validation score", "diverged", "seeds", "")


def judgements(row: Row) -> list[tuple[str, str, str]]:
    """Each judgement: what it is of, the grade, its evidence; none before the reference is known."""
    if not row["score_grade"]:
        return []
    rows = [
        ("score", row["score_grade"], f"{format_score(row['relative'])} of the reference's gain"),
        ("speed", row["speed_grade"], _times_the_steps(row["speed_ratio"])),
        ("stability", row["stability_grade"], f"{row['k_bad']} of {row['n_final']} seeds collapsed"),
    ]
    if row["probability_grade"] not in ("", ProbabilityGrade.NONE):
        rows.append(("probability", row["probability_grade"], _probability_evidence(row)))
    return rows


def numbers(row: Row) -> dict[str, str]:
    """What was measured, name to text."""
    return {
        f"test {score_name(row['kind'])}": _with_interval(row, "score"),
        "share of the reference's gain": _with_interval(row, "relative"),
        "error against the reference's": format_metric(row["error_ratio"]),
        "learning rate": format_lr(row["lr"]) + (f", at the {row['lr_at_edge']} edge" if row["lr_at_edge"] else ""),
        "steps to target": format_steps(row["steps_to_target"]),
        "validation score, last epoch": format_score(row["validation_score"]),
        "validation score, best epoch": format_score(row["best_validation_score"]),
        "collapse rate at most": format_score(row["collapse_bound"]),
        "trials that diverged": f"{row['n_diverged']:,}",
    }


def metrics(row: Row) -> dict[str, str]:
    """Metric to its mean over final seeds, of those that the task has."""
    names = [str(name) for name in row.keys() if name not in (*NAMES, *DTYPES)]  # noqa: SIM118  # a Series iterates over values
    return {name: format_metric(row[name]) for name in names if pd.notna(row[name])}


def finals(trials: Trials) -> Iterator[tuple[str, ...]]:
    """A row under `FINAL_HEADER` for each trial, in their order."""
    names = ("seed", "score", "status", "diverged_epoch", "best_epoch", "best_validation_score")
    for seed, score, status, diverged, best, at_best in zip(*(trials[name] for name in names), strict=True):
        ended = status + (f" in epoch {diverged:.0f}" if pd.notna(diverged) else "")
        yield str(seed), format_score(score), ended, format_steps(best), format_score(at_best)


def tuning(trials: Trials, chosen: float, floor: float) -> Iterator[tuple[str, ...]]:
    """A row under `TUNING_HEADER` for each learning rate, ascending; non-finite scores, and all below, at the floor."""
    lrs, seeds = np.asarray(trials["lr"], np.float64), np.asarray(trials["seed"])
    scores = np.asarray(trials["score"], np.float64)
    diverged = np.asarray(trials["status"]) == "diverged"
    for lr in np.unique(lrs):
        at = np.flatnonzero(lrs == lr)
        at = at[np.argsort(seeds[at])]
        # as the choice counts them
        mean = float(np.fmax(scores[at], floor).mean())
        of_seeds = " ".join(format_score(float(score)) for score in scores[at])
        yield (
            format_lr(float(lr)),
            format_score(mean),
            f"{diverged[at].sum()}",
            of_seeds,
            "chosen" if lr == chosen else "",
        )


def diagnostics(points: Sequence[NDArray[np.float32]], epochs: int, n_hidden: int) -> tuple[list[str], list[list[str]]]:
    """Header and rows, each a diagnostic's name and its median over trials after each epoch of `diagnostic_epochs`.

    `points` are `[K, M]` for each trial, at least one.
    """
    median = _median(np.stack(points))  # (K, M)
    rows = [
        [name, *(format_metric(float(f"{value:.3g}")) for value in values)]
        for name, values in zip(diagnostic_names(n_hidden), median.T.tolist(), strict=True)
    ]
    return ["", *map(str, diagnostic_epochs(epochs))], rows


def _median(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Over the first axis, without NaN; NaN where there is nothing else. NumPy's own takes most of a page's time."""
    ordered = np.sort(values, axis=0)  # NaN last
    n = np.count_nonzero(~np.isnan(values), axis=0, keepdims=True)
    low, high = (np.take_along_axis(ordered, place, axis=0)[0] for place in ((n - 1) // 2, n // 2 % len(values)))
    return np.asarray((low + high) / 2)


def _probability_evidence(row: Row) -> str:
    if np.isnan(row["log_loss_ratio"]):
        return f"skill {format_score(row['probability_skill'])}, by Brier scores"
    return f"{format_metric(row['log_loss_ratio'])} times the log loss of the best probabilities"


def _times_the_steps(ratio: float) -> str:
    if np.isinf(ratio):
        return "never at the target that the reference reaches"
    return f"{format_metric(ratio)} times the reference's steps"


def _with_interval(row: Row, name: str) -> str:
    return f"{format_score(row[name])} ({format_interval(row[f'{name}_low'], row[f'{name}_high'])})"
