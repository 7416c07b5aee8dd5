"""The plan: every pairing of every task with its id, what is invalid and why, what is left to train."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for, count_units
from actloss_cli.datasets import load, split
from actloss_cli.plan.own_models import OwnModelSpec
from actloss_cli.plan.protocol import Asked, ValidationCurves, ask
from actloss_cli.plan.shard import Shard
from actloss_cli.plan.stacks import stack_trials, way_of
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.plan.trial import ModelSpec, Pairing, Stack, Task, TaskGrid, Trial, Way
from actloss_cli.plan.validity import fault_of, invalid_reason
from actloss_cli.theory.notice import Notice
from actloss_cli.theory.notices import activation_notices
from actloss_cli.theory.task_notices import notices_of_head

GroupKey: TypeAlias = tuple[str, Choice, Choice, Choice, Way]


@dataclass(frozen=True)
class TaskFacts:
    """What the data say about a task."""

    task: Task
    n_features: int
    n_classes: int
    floor: float
    """The score of the trivial predictor: 0 for R², 1/C for balanced accuracy."""
    n_train: int
    """Training rows of every seed."""
    lowest: float
    """The least target of a regression; 0 for classes."""

    @property
    def steps_per_epoch(self) -> int:
        """Minibatches of one epoch."""
        return -(-self.n_train // self.task.training.batch_size)


@dataclass(frozen=True)
class PlannedPairing:
    """One row of the grid."""

    id: str
    facts: TaskFacts
    pairing: Pairing
    invalid: str
    """Why it cannot be trained; "" where it can."""
    notices: tuple[Notice, ...] = ()
    """What is known of it before it is trained."""

    @property
    def n_units(self) -> int:
        """Output units of a valid pairing."""
        loss, output = catalogue.loss(self.pairing.loss.name), catalogue.activation(self.pairing.output.name)
        coding = coding_for(loss, output, self.facts.task.kind)
        assert coding is not None, "only asked of valid pairings"
        return count_units(coding, self.facts.n_classes)

    def ask(self, seen: ValidationCurves) -> Asked:
        """The trials it needs, given those that are there."""
        return ask(self.facts.task, self.pairing, self.facts.floor, seen)


@dataclass(frozen=True)
class Group:
    """Pairings that share task, output, loss and optimizer: they go from phase to phase together, in shared stacks."""

    key: GroupKey
    pairings: tuple[PlannedPairing, ...]

    def stacks(self, trials: Iterable[Trial]) -> list[Stack]:
        """These trials of the group's pairings, in stacks."""
        first = self.pairings[0]
        return stack_trials(trials, first.facts.n_features, first.n_units)


@dataclass(frozen=True)
class Plan:
    """All pairings, in the config's order."""

    pairings: tuple[PlannedPairing, ...]
    tasks: Mapping[str, TaskFacts] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    """What the verdicts will hang on."""
    shard: Shard | None = None
    """The part of it that is to be trained; None for all of it."""

    @property
    def code_files(self) -> tuple[Path, ...]:
        """Those that define functions which are not the catalogue's, and models that are not actloss's own."""
        models = (facts.task.model for facts in self.tasks.values())
        codes = [model.code for model in models if isinstance(model, OwnModelSpec)]
        codes += [choice.code for one in self.pairings for choice in vars(one.pairing).values() if choice.code]
        return tuple(dict.fromkeys(Path(code.file) for code in codes if code.file))

    def groups(self) -> Iterator[Group]:
        """The valid pairings by what may share a stack; of a shard those that are its own."""
        groups: dict[GroupKey, list[PlannedPairing]] = {}
        for planned in self.pairings:
            if not planned.invalid:
                groups.setdefault(group_key(planned.facts.task, planned.pairing), []).append(planned)
        found = (Group(key, tuple(group)) for key, group in groups.items())
        return found if self.shard is None else self.shard.take(found)


def group_key(task: Task, pairing: Pairing) -> GroupKey:
    """What trials must share to train in one stack."""
    return task.label, pairing.output, pairing.loss, pairing.optimizer, way_of(task, pairing)


def make_plan(grids: Sequence[TaskGrid], thresholds: Thresholds | None = None) -> Plan:
    """Decides what is valid and what is to be noticed; loads the tasks' data for what these hang on."""
    tasks = {grid.task.label: _facts(grid.task) for grid in grids}
    planned = [one for grid in grids for one in _plan_task(grid, tasks[grid.task.label])]
    return Plan(tuple(planned), tasks, thresholds or Thresholds())


def _plan_task(grid: TaskGrid, facts: TaskFacts) -> Iterator[PlannedPairing]:
    """What is decided of an output and a loss, or of an activation, is decided once."""
    kind, model = grid.task.kind, grid.task.model
    is_bent = isinstance(model, ModelSpec) and model.norm == "layer"  # whatever the activation
    n_affine = 0 if is_bent else model.n_hidden
    dataset = load(grid.task.dataset, kind)
    y = split(dataset, "tune", 0).y_train
    of_head: dict[tuple[Choice, Choice], tuple[str, tuple[Notice, ...]]] = {}
    of_activation: dict[Choice, tuple[Notice, ...]] = {}
    for pairing in grid.pairings:
        head, activation = (pairing.output, pairing.loss), pairing.activation
        if faults := fault_of(pairing):
            yield PlannedPairing(f"{grid.task.label}/{pairing.label}", facts, pairing, faults)
            continue
        if head not in of_head:
            notices = tuple(notices_of_head(*head, kind, y))
            of_head[head] = invalid_reason(pairing, kind, facts.lowest), notices
        if activation not in of_activation:
            of_activation[activation] = tuple(activation_notices(activation, n_affine))
        invalid, notices = of_head[head]
        notices += () if invalid else of_activation[activation]
        yield PlannedPairing(f"{grid.task.label}/{pairing.label}", facts, pairing, invalid, notices)


def _facts(task: Task) -> TaskFacts:
    dataset = load(task.dataset, task.kind)
    n_classes = len(dataset.classes)
    return TaskFacts(
        task=task,
        n_features=dataset.X.shape[1],
        n_classes=n_classes,
        floor=1 / n_classes if n_classes else 0.0,
        n_train=len(split(dataset, "tune", 0).y_train),
        lowest=0.0 if n_classes else float(dataset.y.min()),
    )
