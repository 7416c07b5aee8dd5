"""Several runs at once: a page that leads to theirs, and a table of every task of every run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.export import FORMATS
from actloss_cli.report.findings import counted, unfinished
from actloss_cli.report.frame_rows import of_task, row_at
from actloss_cli.report.number_format import ABSENT, format_score
from actloss_cli.report.page.assets import PAGE
from actloss_cli.report.page.environment import environment, styled
from actloss_cli.report.refusal import refusal_named
from actloss_cli.store.data import RunData


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


def run_entry(run: RunData, analysis: Analysis, link: str) -> RunEntry:
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
        n_trials=len(run.trials),
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


def write_index(entries: Sequence[RunEntry], folder: Path) -> list[Path]:
    """Writes `index.html` and `tasks.csv`; gives both paths. Raises `UserError` if the folder can't be written."""
    page, table = folder / PAGE, folder / "tasks.csv"
    css, policy = styled(())
    text = environment().get_template("runs.html.j2").render(css=css, policy=policy, entries=entries)
    with refusal_named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
        with table.open("wb") as file:
            FORMATS["csv"](pd.concat([entry.tasks for entry in entries], ignore_index=True), file)
    return [page, table]
