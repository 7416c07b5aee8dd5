"""All that was measured for docs/scaling.md, in one session or in several, and its file."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.cluster.commit_rate import CommitRate
from benchmarks.cluster.runs import GridRun, TaskCost
from benchmarks.machine import Machine


@dataclass(frozen=True)
class Measured:
    """Raw numbers; empty or None for what is not there."""

    config: str = ""
    machines: dict[str, Machine] = field(default_factory=dict)
    """By part: when, on what and of which code it was measured."""
    runs: list[GridRun] = field(default_factory=list)
    tasks: TaskCost | None = None
    commits: list[CommitRate] = field(default_factory=list)


def write_measured(measured: Measured, path: Path) -> None:
    """As JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(TypeAdapter(Measured).dump_json(measured, indent=1) + b"\n")


def read_measured(path: Path) -> Measured:
    """What `write_measured` wrote; nothing measured where the file isn't there."""
    return TypeAdapter(Measured).validate_json(path.read_bytes()) if path.exists() else Measured()
