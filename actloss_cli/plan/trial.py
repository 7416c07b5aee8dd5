"""What is to be trained: tasks, pairings, trials, stacks. Frozen values that travel from the plan to the store."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Literal, TypeAlias, TypeGuard

from actloss_cli import catalogue
from actloss_cli.catalogue.choice import Choice, Code
from actloss_cli.catalogue.spec import HyperValue, Kind, Spec
from actloss_cli.datasets.dataset import DatasetRef
from actloss_cli.plan.own_models import OwnModelSpec
from actloss_cli.plan.shaped_models import ConvolutionSpec, RecurrentSpec, Shape
from actloss_cli.seeding import SEEDS_IN_SET

Phase: TypeAlias = Literal["tune", "final"]

ModelKind: TypeAlias = Literal["mlp", "residual"]
Norm: TypeAlias = Literal["none", "batch", "layer"]

Way: TypeAlias = Literal["stack", "loop"]
"""How trials are trained: side by side as one tensor program, or one after another by the plain loop."""

MEANING = 4
"""The engine's version of meaning: raised whenever the same trial would give other numbers."""


@dataclass(frozen=True)
class ModelSpec:
    """An MLP: the widths of its hidden layers, how its weights start, and what is around its layers."""

    hidden: tuple[int, ...] = (32, 32)
    init: str = "torch"
    kind: ModelKind = "mlp"
    """`residual`: from the second hidden layer on h + f(W h + b), f the activation, as in Greydanus (2020)."""
    norm: Norm = "none"
    """Of each hidden layer's pre-activations, before its activation: over the minibatch or over the layer's units."""

    @property
    def n_hidden(self) -> int:
        """Layers that the activation follows."""
        return len(self.hidden)

    def settings(self) -> dict[str, object]:
        """What decides a trial's numbers; settings that came later are left out at their defaults."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name in ("hidden", "init") or getattr(self, field.name) != field.default
        }

    @property
    def units(self) -> tuple[int, ...]:
        """Of each layer that the activation follows."""
        return self.hidden

    def weights(self, n_features: int, n_units: int) -> tuple[Shape, ...]:
        """Shape of each linear layer's weights, the head's last."""
        return tuple((n_out, n_in) for n_in, n_out in pairwise([n_features, *self.hidden, n_units]))

    def n_products(self, n_features: int, n_units: int) -> int:
        """Multiplications for one row, forward."""
        return sum(n_out * n_in for n_out, n_in in self.weights(n_features, n_units))

    def n_values(self, n_features: int, n_units: int) -> int:
        """Floats that training holds of one row: values and their gradients, three more for each norm and each skip."""
        of_norms = 0 if self.norm == "none" else 3 * sum(self.hidden)
        of_skips = 3 * sum(self.hidden[1:]) if self.kind == "residual" else 0
        return 2 * sum([n_features, *self.hidden, n_units]) + of_norms + of_skips


Model: TypeAlias = ModelSpec | ConvolutionSpec | RecurrentSpec | OwnModelSpec
"""Of any kind."""


def is_plain_mlp(model: Model) -> TypeGuard[ModelSpec]:
    """Whether it has linear layers and activations in turn, and nothing else."""
    return isinstance(model, ModelSpec) and model.kind == "mlp" and model.norm == "none"


def stored_model(settings: Mapping[str, Any]) -> Model:
    """The model of such settings, tuples of which may have become lists. Code is not imported."""
    if "code" in settings:
        return OwnModelSpec(settings["kind"], Code(settings["code"]))
    fitting = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    return _SPECS.get(settings.get("kind", ModelSpec.kind), ModelSpec)(**fitting)


_SPECS: Mapping[str, Callable[..., Model]] = {
    "conv1d": ConvolutionSpec,
    "conv2d": ConvolutionSpec,
    "recurrent": RecurrentSpec,
}


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
    set: int = 0
    """Which set they are of: another one repeats the experiment on seeds that nobody has seen."""

    def of(self, phase: "Phase") -> range:
        """The seeds of a phase."""
        first = self.set * SEEDS_IN_SET
        return range(first, first + (self.tune if phase == "tune" else self.final))


@dataclass(frozen=True)
class Task:
    """Kind + dataset + model + training budget, under the label that tables show."""

    label: str
    kind: Kind
    dataset: DatasetRef
    fingerprint: str
    """Of the dataset's content, so that a trial's id follows the data."""
    model: Model = ModelSpec()
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

    @property
    def specs(self) -> dict[str, Spec]:
        """The declaration of each function, by role."""
        return {
            "activation": catalogue.activation(self.activation.name),
            "output": catalogue.activation(self.output.name),
            "loss": catalogue.loss(self.loss.name),
            "optimizer": catalogue.optimizer(self.optimizer.name),
        }

    def resolved(self) -> list[tuple[str, Choice, Mapping[str, HyperValue]]]:
        """Role, choice and all settings of each function, the declarations' defaults among them."""
        choices: dict[str, Choice] = vars(self)
        return [(role, choices[role], choices[role].settings(spec)) for role, spec in self.specs.items()]


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
    """Counts from 0 within its phase, or from the first of its set; the phases' seeds share nothing."""

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
        "model": task.model.settings(),
        "training": asdict(task.training),
        "pairing": {role: _function(choice, settings) for role, choice, settings in pairing.resolved()},
    }


def _function(choice: Choice, settings: Mapping[str, HyperValue]) -> tuple[object, ...]:
    """Name and settings; of code that is not the catalogue's its digest, too."""
    return (choice.name, settings) if choice.code is None else (choice.name, settings, choice.code.digest)


@lru_cache(maxsize=1024)  # a pairing's trials come one after another, and there are hundreds of each
def pairing_hash(task: Task, pairing: Pairing) -> str:
    """Of what all trials of a pairing on a task have in common: the same hash, the same trials for each lr and seed."""
    return hashlib.sha256(json.dumps(_shared_spec(task, pairing), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Stack:
    """Trials that are handed out together: one task, output, loss and optimizer; sorted by activation."""

    trials: tuple[Trial, ...]
    way: Way
