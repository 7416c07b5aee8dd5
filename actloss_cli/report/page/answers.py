"""The answer of each task in words, as the page's template takes it: the same findings as in the terminal."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.task_summary import MismatchGroup, WorkingHead, summarise_task
from actloss_cli.analysis.verdicts import VerdictName
from actloss_cli.report.findings import Offence, count_verdicts, counted, find_offences
from actloss_cli.report.frame_rows import of_task, row_at, rows_of
from actloss_cli.report.number_format import format_interval, format_lr, format_score, score_name
from actloss_cli.report.ranking import pairing_label
from actloss_cli.report.verdict_style import VerdictStyle, style_of
from actloss_cli.store.data import RunData


@dataclass(frozen=True)
class Segment:
    """A part of the bar of verdicts; shares of its width in percent."""

    style: VerdictStyle
    n: int
    start: float
    width: float


@dataclass(frozen=True)
class Best:
    """The task's reference."""

    pairing_id: str
    label: str
    score: str
    interval: str
    lr: str


@dataclass(frozen=True)
class Answer:
    """One task."""

    task: str
    anchor: str
    """An id for links; labels are no ids."""
    kind: str
    dataset: str
    score_name: str
    floor: str
    sentence: str
    no_signal: str
    """Why, or ""."""
    segments: tuple[Segment, ...]
    best: Best | None
    working: tuple[WorkingHead, ...]
    mismatched: tuple[MismatchGroup, ...]
    offences: tuple[Offence, ...]


def answers(run: RunData, analysis: Analysis) -> Iterator[Answer]:
    """One for each task, in the plan's order."""
    for place, task in enumerate(map(str, analysis.tasks.index)):
        pairings = of_task(analysis.pairings, task)
        facts = row_at(run.tasks, task)
        told = summarise_task(pairings)
        yield Answer(
            task=task,
            anchor=f"task-{place}",
            kind=str(facts["kind"]),
            dataset=str(facts["dataset"]),
            score_name=score_name(facts["kind"]),
            floor=format_score(facts["floor"]),
            sentence=counted(pairings),
            no_signal=" ".join(pairings.loc[pairings["verdict"] == VerdictName.NO_SIGNAL, "reason"].unique()),
            segments=tuple(_segments(count_verdicts(pairings))),
            best=_best(pairings),
            working=told.working,
            mismatched=told.mismatched,
            offences=tuple(
                offence
                for roles in (("output", "loss"), ("activation", "optimizer"))
                for offence in find_offences(pairings, roles)
            ),
        )


def _segments(counts: dict[str, int]) -> Iterator[Segment]:
    whole, start = sum(counts.values()), 0.0
    for verdict, n in counts.items():
        width = 100 * n / whole
        yield Segment(style_of(verdict), n, round(start, 3), round(width, 3))
        start += width


def _best(pairings: pd.DataFrame) -> Best | None:
    for pairing_id, row in rows_of(pairings[pairings["is_reference"]]):
        return Best(
            pairing_id,
            pairing_label(row),
            format_score(row["score"]),
            format_interval(row["score_low"], row["score_high"]),
            format_lr(row["lr"]),
        )
    return None
