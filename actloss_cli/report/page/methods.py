"""How the run was made, as the page's template takes it: protocol, tasks, versions, machine, config."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.report.frame_rows import rows_of
from actloss_cli.report.number_format import format_score
from actloss_cli.store.data import RunData, RunFacts
from actloss_cli.store.sessions import read_sessions
from actloss_cli.store.settings import read_config_text

TASK_HEADER = (
    *("task", "kind", "dataset", "classes", "training rows", "validation rows", "test rows", "floor"),
    *("hidden layers", "epochs", "steps per epoch", "tune seeds", "final seeds"),
)


@dataclass(frozen=True)
class Methods:
    """What a reviewer needs to judge the run."""

    thresholds: Thresholds
    tasks: tuple[tuple[str, ...], ...]
    """Rows under `TASK_HEADER`."""
    sessions: tuple[tuple[tuple[str, str], ...], ...]
    """Of each that wrote to the run, oldest first: name and text of every fact."""
    config: str
    """YAML; "" where the folder holds none."""


def making_digest(run: RunFacts) -> str:
    """Of what `methods` reads from the run's folder."""
    folder = Path(run.path)
    return sha256(repr((read_sessions(folder), read_config_text(folder))).encode()).hexdigest()


def methods(run: RunData) -> Methods:
    """Reads what the run's folder says of its making; raises if a file that is there is damaged."""
    folder = Path(run.path)
    return Methods(
        thresholds=run.thresholds,
        tasks=tuple(_task_rows(run)),
        sessions=tuple(tuple(_facts(session)) for session in read_sessions(folder)),
        config=read_config_text(folder),
    )


def _task_rows(run: RunData) -> Iterator[tuple[str, ...]]:
    for task, row in rows_of(run.tasks):
        counts = ("n_train", "n_validation", "n_test")
        budget = ("hidden", "epochs", "steps_per_epoch", "n_tune", "n_final")
        yield (
            *(task, str(row["kind"]), str(row["dataset"]), str(row["n_classes"] or "-")),
            *(f"{row[name]:,}" for name in counts),
            format_score(row["floor"]),
            *(f"{row[name]:,}" for name in budget),
        )


def _facts(session: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in session.items():
        if isinstance(value, Mapping):
            yield name.replace("_", " "), ", ".join(f"{part} {of_part}" for part, of_part in value.items())
        elif value is not None:
            yield name.replace("_", " "), str(value)
