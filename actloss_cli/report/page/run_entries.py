"""What the page over several runs says of each. Imports nothing that draws: a report of one run sums itself up, too."""

from dataclasses import dataclass
from urllib.parse import quote

import numpy as np
import pandas as pd

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.findings import counted, unfinished
from actloss_cli.report.frame_rows import of_task, row_at
from actloss_cli.report.number_format import ABSENT, format_score
from actloss_cli.store.data import RunFacts


@dataclass(frozen=True)
class TaskLine:
    """A task of a run in one line."""

    task: str
    kind: str
    counted: str
    best: str
    score: str


@dataclass(frozen=True)
class RunEntry:
    """What the index says of one run."""

    name: str
    link: str
    """From the index to the run's own page."""
    unfinished: str
    """How much is missing; "" for a finished run."""
    n_pairings: int
    n_trials: int
    n_work: int
    lines: tuple[TaskLine, ...]
    tasks: pd.DataFrame
    """Rows of the table: run, unfinished, task, the columns of `Analysis.tasks`, score of the reference."""


def run_entry(run: RunFacts, analysis: Analysis, link: str) -> RunEntry:
    """Sums up one run; `link` leads from the index to its page."""
    references = [analysis.references.get(str(task), "") for task in analysis.tasks.index]
    scores = analysis.pairings["score"].reindex(references).to_numpy(np.float64)
    tasks = analysis.tasks.reset_index().assign(score=scores)
    tasks.insert(0, "run", run.name)
    tasks.insert(1, "unfinished", run.n_missing > 0)
    return RunEntry(
        name=run.name,
        link=quote(link),
        unfinished=unfinished(run),
        n_pairings=len(analysis.pairings),
        n_trials=run.n_trials,
        n_work=int(analysis.pairings["works"].sum()),
        lines=tuple(_line(analysis, str(task), score) for task, score in zip(tasks["task"], scores, strict=True)),
        tasks=tasks,
    )


def _line(analysis: Analysis, task: str, score: float) -> TaskLine:
    facts = row_at(analysis.tasks, task)
    return TaskLine(
        task=task,
        kind=str(facts["kind"]),
        counted=counted(of_task(analysis.pairings, task)),
        best=str(facts["reference"]) or ABSENT,
        score=format_score(score),
    )
