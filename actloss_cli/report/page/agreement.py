"""Predicted against measured verdicts, as the page's template takes them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from actloss_cli.analysis.agreement import agreement_table, confusion, disagreement_groups
from actloss_cli.analysis.pairing_row import pairing_labels
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.agreement_table import HOW_TO_READ, finding
from actloss_cli.report.frame_rows import rows_of
from actloss_cli.report.number_format import ABSENT, format_interval, format_score

N_SHOWN = 12
"""Groups of disagreements that the page tells; its list of pairings has every pairing."""


@dataclass(frozen=True)
class Rates:
    """How often theory is right about some pairings."""

    labels: tuple[str, ...]
    precision: str
    recall: str
    n_predicted: int
    n_measured: int
    n_both: int
    n: int
    n_open: int


@dataclass(frozen=True)
class Disagreement:
    """Pairings on which theory and measurement differ for the same reasons, and one of them."""

    n: int
    task: str
    output: str
    loss: str
    example: str
    pairing_id: str
    predicted: str
    rule: str
    why_predicted: str
    verdict: str
    cause_name: str
    why_measured: str


@dataclass(frozen=True)
class AgreementView:
    """The whole section."""

    finding: str
    how_to_read: str
    measured: tuple[str, ...]
    """Columns of the confusion matrix."""
    confusion: tuple[tuple[str, tuple[int, ...]], ...]
    """Predicted verdict and a count for each measured one."""
    by_task: tuple[Rates, ...]
    by_head: tuple[Rates, ...]
    disagreements: tuple[Disagreement, ...]
    n_groups: int


def agreement_view(analysis: Analysis) -> AgreementView | None:
    """None where no pairing was trained."""
    pairings = analysis.pairings
    counts = confusion(pairings)
    if counts.empty:
        return None
    shares = agreement_table(pairings)
    groups = disagreement_groups(pairings)
    return AgreementView(
        finding=finding(shares),
        how_to_read=HOW_TO_READ,
        measured=tuple(map(str, counts.columns)),
        confusion=tuple((predicted, tuple(map(int, row))) for predicted, row in rows_of(counts)),
        by_task=tuple(_rates(shares, "task", ("task",))),
        by_head=tuple(_rates(shares, "output x loss", ("kind", "output", "loss"))),
        disagreements=tuple(_disagreements(analysis, groups[:N_SHOWN])),
        n_groups=len(groups),
    )


def _rates(shares: pd.DataFrame, level: str, names: tuple[str, ...]) -> Iterator[Rates]:
    for _, row in rows_of(shares[shares["level"] == level]):
        yield Rates(
            labels=tuple(str(row[name]) for name in names),
            precision=_rate(row, "precision"),
            recall=_rate(row, "recall"),
            **{name: int(row[name]) for name in ("n_predicted", "n_measured", "n_both", "n", "n_open")},
        )


def _rate(row: pd.Series, name: str) -> str:
    if pd.isna(row[name]):
        return ABSENT
    return f"{format_score(row[name])} ({format_interval(row[f'{name}_low'], row[f'{name}_high'])})"


def _disagreements(analysis: Analysis, groups: pd.DataFrame) -> Iterator[Disagreement]:
    labels = analysis.pairings["task"] + "/" + pairing_labels(analysis.pairings)
    ids = dict(zip(labels, analysis.pairings.index, strict=True))
    for _, row in rows_of(groups):
        yield Disagreement(
            n=int(row["n"]),
            task=str(row["task"]),
            output=str(row["output"]),
            loss=str(row["loss"]),
            example=str(row["example"]),
            pairing_id=str(ids[f"{row['task']}/{row['example']}"]),
            predicted=str(row["predicted"]),
            rule=str(row["predicted_rule"]),
            why_predicted=str(row["predicted_reason"]),
            verdict=str(row["verdict"]),
            cause_name=str(row["cause_name"]),
            why_measured=str(row["cause"] or row["reason"]),
        )
