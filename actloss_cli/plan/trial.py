"""What is to be trained: tasks, pairings, trials, stacks. Frozen values that travel from the plan to the store."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import Literal, TypeAlias

from actloss_cli import catalogue
from actloss_cli.catalogue.choice import Choice
from actloss_cli.catalogue.spec import HyperValue, Kind, Spec
from actloss_cli.datasets.dataset import DatasetRef

Phase: TypeAlias = Literal["tune", "final"]

Way: TypeAlias = Literal["stack", "loop"]
"""How trials are trained: side by side as one tensor program, or one after another by the plain loop."""

MEANING = 4
"""The engine's version of meaning: raised whenever the same trial would give other numbers."""


@dataclass(frozen=True)
class ModelSpec:
    """An MLP: the widths of its hidden layers and how its weights start."""

    hidden: tuple[int, ...] = (32, 32)
    init: str = "torch"


@dataclass(frozen=True)
class TrainingSpec:
    """The budget of one training."""

    epochs: int = 30
    batch_size: int = 64


@dataclass(frozen=True)
class LrRule:
    """Which learning rates are tried: `values` as they stand, else `points` on a log grid.

    The grid runs over `low` to `high`, or over the optimizer's own range where these are None.
    """

    points: int = 5
    low: float | None = None
    high: float | None = None
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class SeedCounts:
    """How many seeds choose the learning rate, and how many fresh ones give the reported numbers."""

    tune: int = 3
    final: int = 10


@dataclass(frozen=True)
class Task:
    """Kind + dataset + model + training budget, under the label that tables show."""

    label: str
    kind: Kind
    dataset: DatasetRef
    fingerprint: str
    """Of the dataset's content, so that a trial's id follows the data."""
    model: ModelSpec = ModelSpec()
    training: TrainingSpec = TrainingSpec()
    lr: LrRule = LrRule()
    seeds: SeedCounts = SeedCounts()


@dataclass(frozen=True)
class Pairing:
    """What is compared: activation, output, loss, optimizer."""

    activation: Choice
    output: Choice
    loss: Choice
    optimizer: Choice

    @property
    def label(self) -> str:
        """As tables and `actloss show` name it: `relu/sigmoid/bce/adam`."""
        return "/".join(choice.label for choice in (self.activation, self.output, self.loss, self.optimizer))

    def resolved(self) -> list[tuple[str, Choice, Mapping[str, HyperValue]]]:
        """Role, choice and all settings of each function, the declarations' defaults among them."""
        specs: dict[str, Spec] = {
            "activation": catalogue.activation(self.activation.name),
            "output": catalogue.activation(self.output.name),
            "loss": catalogue.loss(self.loss.name),
            "optimizer": catalogue.optimizer(self.optimizer.name),
        }
        choices: dict[str, Choice] = vars(self)
        return [(role, choices[role], choices[role].settings(spec)) for role, spec in specs.items()]


@dataclass(frozen=True)
class TaskGrid:
    """A task and all that is compared on it."""

    task: Task
    pairings: tuple[Pairing, ...]


@dataclass(frozen=True)
class Trial:
    """One training: a pairing on a task with one learning rate and one seed."""

    task: Task
    pairing: Pairing
    lr: float
    phase: Phase
    seed: int
    """Counts from 0 within its phase; the phases' seeds share nothing."""

    @property
    def spec(self) -> dict[str, object]:
        """All that decides the trial's numbers; labels and the size of the grid are not among it."""
        return {
            **_shared_spec(self.task, self.pairing),
            "lr": repr(self.lr),
            "phase": self.phase,
            "seed": self.seed,
        }

    @cached_property
    def id(self) -> str:
        """Hash of the spec."""
        own = f"{pairing_hash(self.task, self.pairing)} {self.lr!r} {self.phase} {self.seed}"
        return hashlib.sha256(own.encode()).hexdigest()[:20]


def _shared_spec(task: Task, pairing: Pairing) -> dict[str, object]:
    """What all trials of a pairing on a task have in common."""
    return {
        "meaning": MEANING,
        "kind": task.kind,
        "data": task.fingerprint,
        "model": asdict(task.model),
        "training": asdict(task.training),
        "pairing": {role: (choice.name, settings) for role, choice, settings in pairing.resolved()},
    }


@lru_cache(maxsize=1024)  # a pairing's trials come one after another, and there are hundreds of each
def pairing_hash(task: Task, pairing: Pairing) -> str:
    """Of what all trials of a pairing on a task have in common: the same hash, the same trials for each lr and seed."""
    return hashlib.sha256(json.dumps(_shared_spec(task, pairing), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Stack:
    """Trials that are handed out together: one task, output, loss and optimizer; sorted by activation."""

    trials: tuple[Trial, ...]
    way: Way
