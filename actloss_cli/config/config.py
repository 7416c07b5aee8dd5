"""A config in force: every default filled in, every path absolute. Says itself as YAML that means the same again."""

from dataclasses import asdict, dataclass, field
from typing import Any

from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.lookup import FIND
from actloss_cli.config.entries import ROLES, Role
from actloss_cli.config.exclusion import Axes
from actloss_cli.config.schema import OPENML_PREFIX, Pattern
from actloss_cli.config.task_names import label_of
from actloss_cli.datasets import DatasetRef
from actloss_cli.plan.own_models import OwnModelSpec
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.plan.trial import LrRule, Model, Task


@dataclass(frozen=True)
class TaskConfig:
    """A task with the choices on its axes and the patterns that stand in it."""

    task: Task
    axes: Axes
    exclude: tuple[Pattern, ...] = ()
    model_label: str = ""
    """The end of the task's name; "" where it is not named by its model too."""

    def resolved(self) -> dict[str, Any]:
        """As it may stand in a config's `tasks`."""
        task, seeds = self.task, self.task.seeds
        return {
            "kind": task.kind,
            "dataset": _dataset(task.dataset),
            "label": label_of(task.label, self.model_label),
            **{role: [_entry(role, choice) for choice in self.axes[role]] for role in ROLES},
            "lr": _lr(task.lr),
            "seeds": {"tune": seeds.tune, "final": seeds.final} | ({"set": seeds.set} if seeds.set else {}),
            "model": _model(task.model, self.model_label),
            "training": {"epochs": task.training.epochs, "batch_size": task.training.batch_size},
            "exclude": _patterns(self.exclude),
        }


@dataclass(frozen=True)
class RunConfig:
    """A whole config; `exclude` holds the patterns that stand at its top."""

    name: str
    tasks: tuple[TaskConfig, ...]
    exclude: tuple[Pattern, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)

    def resolved(self) -> dict[str, Any]:
        """Plain values that, written with `dump_yaml` and loaded again, give the same grid from any folder."""
        return {
            "name": self.name,
            "tasks": [task.resolved() for task in self.tasks],
            "exclude": _patterns(self.exclude),
            "verdict": asdict(self.thresholds),
        }


def _dataset(ref: DatasetRef) -> str | dict[str, str]:
    target = {"target": ref.target} if ref.target else {}
    missing = {"missing": ref.missing} if ref.missing != DatasetRef.missing else {}
    if ref.csv:
        return {"csv": ref.csv, **target, **missing}
    if not ref.openml:
        return ref.name
    return {"openml": ref.openml, **target, **missing} if target or missing else f"{OPENML_PREFIX}{ref.openml}"


def _entry(role: Role, choice: Choice) -> dict[str, Any]:
    settings = choice.settings(FIND[role](choice.name))
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in settings.items()}
    own_label = {} if choice.label == Choice.of(choice.name, dict(choice.overrides)).label else {"as": choice.label}
    return {"name": choice.name, **plain, **own_label}


def _model(model: Model, label: str) -> dict[str, Any]:
    if isinstance(model, OwnModelSpec):
        return {"kind": model.kind} | ({"as": label} if label else {})
    settings = {key: list(value) if isinstance(value, tuple) else value for key, value in model.settings().items()}
    return settings | ({"as": label} if label else {})


def _lr(rule: LrRule) -> dict[str, Any] | list[float]:
    if rule.values:
        return list(rule.values)
    ends = {} if rule.low is None else {"from": rule.low, "to": rule.high}
    return {**ends, "points": rule.points}


def _patterns(patterns: tuple[Pattern, ...]) -> list[dict[str, str]]:
    return [pattern.model_dump(exclude_unset=True) for pattern in patterns]
