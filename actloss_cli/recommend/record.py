"""What was decided on the way to a recommendation, beside its run: a file that a later call goes on from."""

from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from actloss_cli.recommend.profile import Profile
from actloss_cli.replacing import replace_file

RECORD = "recommend.json"
CANDIDATES = "candidates.yaml"
"""The config of all that was considered: the whole grid, for who has the time."""


@dataclass(frozen=True)
class Rung:
    """So many pairings trained for so many epochs, each at every learning rate."""

    n_pairings: int
    epochs: int


@dataclass(frozen=True)
class Avoided:
    """Candidates of which theory says the same before any is trained: that they are mismatched on these data."""

    functions: str
    """What they share, such as `output relu, loss mse`."""
    n_pairings: int
    verdict: str
    reason: str
    example: str
    """Label of the one among them that is nearest to the plain default."""


@dataclass(frozen=True)
class Record:
    """What was decided, step by step; what comes later is empty until then."""

    key: str
    """Of the question: the file's bytes, the options, the code."""
    profile: Profile
    default: str
    """The plain default's label."""
    epochs: int
    """Of a whole training."""
    n_candidates: int
    n_sound: int
    """Without those that can't be trained or are predicted to be mismatched."""
    avoided: tuple[Avoided, ...]
    rung_epochs: tuple[int, ...]
    """Of every rung, as they were planned before the first."""
    rungs: tuple[Rung, ...] = ()
    """Begun so far."""
    n_finalists: int = 0
    """Once the last rung is over; the default is among them."""
    n_mistakes: int = 0
    """Mismatched pairings that are trained beside them, to show what they cost."""

    def begun(self, rung: Rung) -> "Record":
        """With one rung more."""
        return replace(self, rungs=(*self.rungs, rung))


_ADAPTER = TypeAdapter(Record)


def read_record(folder: Path, key: str) -> Record | None:
    """That of the same question; None where there is none, or none that can be read."""
    try:
        record = _ADAPTER.validate_json((folder / RECORD).read_bytes())
    except (OSError, ValidationError):
        return None
    return record if record.key == key else None


def write_record(folder: Path, record: Record) -> None:
    """The whole file or nothing."""
    replace_file(folder / RECORD, _ADAPTER.dump_json(record, indent=2) + b"\n")


def write_candidates(folder: Path, config: str) -> None:
    """The config, as YAML."""
    replace_file(folder / CANDIDATES, config.encode())
