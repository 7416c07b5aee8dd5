"""All that was measured for docs/scaling.md, in one session or in several, and its file."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.machine import Machine

N_ACTIVATIONS = (2, 11, 110)
"""Of the plans whose driver is looked at: at least 10^4, 10^5 and 10^6 trials."""


@dataclass(frozen=True)
class GridRun:
    """One run of the command."""

    who: str
    n_cores: int
    command_s: float
    """From the start of the process to its end: imports, plan and, on Ray, its start or the joining of it included."""
    session_s: float
    """Of these, from the folder's lock to its release: what grows with the number of trials."""
    busy_s: float
    """That cores spent training, summed."""
    n_trials: int
    is_same: bool
    """Whether all that is stored of the trials is what the first run stored, to the last bit."""


@dataclass(frozen=True)
class TaskCost:
    """Of tasks that do nothing, on a local Ray."""

    round_trip_ms: float
    """One after another: handed out, run, taken in."""
    in_flight_ms: float
    """With four in flight, as a run has them on two cores."""


@dataclass(frozen=True)
class CommitRate:
    """One stretch of commits."""

    n_before: int
    """Trials that were there before."""
    n_trials: int
    seconds: float
    megabytes: float
    """Of the database after it."""

    @property
    def per_second(self) -> float:
        """Trials."""
        return self.n_trials / self.seconds


@dataclass(frozen=True)
class DriverMemory:
    """Of one run on Ray whose trials were drawn instead of trained; megabytes that are the driver's own."""

    n_pairings: int
    n_trials: int
    """That the plan asks for before any grid of learning rates is extended."""
    n_taken_in: int
    """Trials after which it was stopped, or at its end."""
    imported_mb: float
    planned_mb: float
    """With Ray joined and the plan made."""
    early_mb: float
    """The most before 10,000 trials were there."""
    late_mb: float
    """The most after that."""
    seconds: float
    """From the first trial to the last."""


@dataclass(frozen=True)
class Measured:
    """Raw numbers; empty or None for what is not there."""

    config: str = ""
    """That of `runs`, and what was changed of it, as the command line has it."""
    whole_config: str = ""
    machines: dict[str, Machine] = field(default_factory=dict)
    """By part: when, on what and of which code it was measured."""
    runs: list[GridRun] = field(default_factory=list)
    whole: list[GridRun] = field(default_factory=list)
    tasks: TaskCost | None = None
    commits: list[CommitRate] = field(default_factory=list)
    driver: list[DriverMemory] = field(default_factory=list)


def write_measured(measured: Measured, path: Path) -> None:
    """As JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(TypeAdapter(Measured).dump_json(measured, indent=1) + b"\n")


def read_measured(path: Path) -> Measured:
    """What `write_measured` wrote; nothing measured where the file isn't there."""
    return TypeAdapter(Measured).validate_json(path.read_bytes()) if path.exists() else Measured()
