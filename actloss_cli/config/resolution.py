"""A valid config file and its data to the config in force: settings merged, defaults filled in, patterns checked."""

import math
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import chain

from actloss_cli.catalogue import Choice
from actloss_cli.config.axes import DEFAULT_AXES
from actloss_cli.config.code_rule import NO_CODE, CodeRule
from actloss_cli.config.config import RunConfig, TaskConfig
from actloss_cli.config.entries import ROLES, Role
from actloss_cli.config.exclusion import Axes, covered, covered_choices, covers_task
from actloss_cli.config.expansion import remaining_pairings
from actloss_cli.config.flaw import Flaw, KeyPath
from actloss_cli.config.schema import ConfigFile, Grid, LrGrid, Pattern, TaskSection
from actloss_cli.config.task_data import TaskData
from actloss_cli.config.task_models import merged, read_models
from actloss_cli.config.task_names import task_name
from actloss_cli.config.wording import nearest_or_all, shown
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.plan.trial import LrRule, SeedCounts, Task, TrainingSpec

MAX_PAIRINGS = 1_000_000
"""Of one task: room for every function with every other, but not for axes of settings that multiply beyond memory."""


def resolve(file: ConfigFile, data: Mapping[int, TaskData], rule: CodeRule = NO_CODE) -> tuple[RunConfig, list[Flaw]]:
    """The config in force, and what is wrong between its parts; it can be used where there is nothing wrong.

    A task's own axis, and its own `lr`, replace those at the top; of `seeds`, `model` and `training` it replaces the
    keys that it gives; its `exclude` adds to the one at the top. Each of several models makes a task of its own. Tasks
    without data are left out.
    """
    flaws: list[Flaw] = []
    tasks: dict[int, list[TaskConfig]] = {}
    for i, section in enumerate(file.tasks):
        axes = _axes(file, section, i, flaws)
        if (n_pairings := math.prod(map(len, axes.values()))) > MAX_PAIRINGS:
            message = f"stands for {n_pairings:,} pairings, before 'exclude'"
            flaws.append(Flaw(("tasks", i), message, f"at most {MAX_PAIRINGS:,} fit in one task"))
        if i in data:
            tasks[i] = _tasks(file, i, data[i], axes, flaws, rule)
    thresholds = Thresholds(**file.verdict.model_dump())
    config = RunConfig(file.name, tuple(chain.from_iterable(tasks.values())), tuple(file.exclude), thresholds)
    flaws.extend(_shared_names(file, tasks))
    # What a pattern matches is only known once every task and axis is.
    if not flaws and len(tasks) == len(file.tasks):
        flaws.extend(_pattern_flaws(file, config, tasks))
    return config, flaws


def _tasks(file: ConfigFile, i: int, data: TaskData, axes: Axes, flaws: list[Flaw], rule: CodeRule) -> list[TaskConfig]:
    """One for each model, with the patterns that concern it."""
    section = file.tasks[i]
    seeds, training = merged(file.seeds, section.seeds), merged(file.training, section.training)
    tasks = []
    for model in read_models(file, i, data.shape, flaws, rule):
        task = Task(
            label=task_name(data.label, model.label),
            kind=section.kind,
            dataset=data.dataset,
            fingerprint=data.fingerprint,
            model=model.spec,
            training=TrainingSpec(training.epochs, training.batch_size),
            lr=_lr_rule(section if "lr" in section.model_fields_set else file),
            seeds=SeedCounts(seeds.tune, seeds.final, seeds.set),
        )
        exclude = tuple(pattern for pattern in section.exclude if not model.label or covers_task(pattern, task))
        tasks.append(TaskConfig(task, axes, exclude, model.label))
    return tasks


def _shared_names(file: ConfigFile, tasks: Mapping[int, Sequence[TaskConfig]]) -> Iterator[Flaw]:
    """Tasks that name their model, which does not tell them from another; of labels alone `read_task_data` knows."""
    taken: dict[str, int] = {}
    for i, of_section in tasks.items():
        own = file.tasks[i].model
        for task in of_section:
            name = task.task.label
            if name in taken and not isinstance(own, list) and own.label:
                message = f"the name '{name}' is that of tasks[{taken[name]}] too"
                yield Flaw(("tasks", i), message, "give one of the two a 'label:' of its own")
            taken.setdefault(name, i)


def _lr_rule(grid: Grid) -> LrRule:
    if isinstance(grid.lr, LrGrid):
        return LrRule(grid.lr.points, grid.lr.low, grid.lr.high)
    return LrRule(points=len(grid.lr), values=tuple(grid.lr))


def _axes(file: ConfigFile, section: TaskSection, i: int, flaws: list[Flaw]) -> Axes:
    axes: dict[Role, tuple[Choice, ...]] = {}
    for role in ROLES:
        own, top = getattr(section, role), getattr(file, role)
        axis = own or top or DEFAULT_AXES[role]
        axes[role] = axis.get(section.kind, ())
        if not axes[role]:
            path: KeyPath = ("tasks", i, role) if own else (role,)
            message = f"has nothing for {section.kind}, the kind of tasks[{i}]"
            flaws.append(Flaw(path, message, f"add '{section.kind}:', or give that task a '{role}:' of its own"))
    return axes


def _pattern_flaws(file: ConfigFile, config: RunConfig, tasks: Mapping[int, Sequence[TaskConfig]]) -> Iterator[Flaw]:
    """Patterns that match no pairing, and tasks that are left without any."""
    yield from _idle_patterns(file.exclude, config.tasks, ())
    for i, of_section in tasks.items():
        yield from _idle_patterns(file.tasks[i].exclude, of_section, ("tasks", i))
        for task in of_section:
            if not remaining_pairings(task, config.exclude):
                message = f"no pairing of task '{task.task.label}' is left after 'exclude'"
                yield Flaw(("tasks", i), message, "loosen a pattern under 'exclude', or remove the task")


def _idle_patterns(patterns: Sequence[Pattern], tasks: Sequence[TaskConfig], path: KeyPath) -> list[Flaw]:
    return [
        Flaw((*path, "exclude", i), "matches no pairing", _why_idle(pattern, tasks))
        for i, pattern in enumerate(patterns)
        if not any(covered(pattern, task.task, task.axes)["activation"] for task in tasks)
    ]


def _why_idle(pattern: Pattern, tasks: Sequence[TaskConfig]) -> str:
    """The part that nothing fits, with what is near it."""
    heads: dict[str, dict[str, None]] = {
        "task": {task.task.label: None for task in tasks},
        "kind": {task.task.kind: None for task in tasks},
        "dataset": {task.task.dataset.name: None for task in tasks},
    }
    for part, known in heads.items():
        text = getattr(pattern, part)
        if not any(fnmatchcase(name, text) for name in known):
            return f"no {part} here fits {shown(text)}: {nearest_or_all(text, list(known), 'there are')}"
    for role in ROLES:
        text = getattr(pattern, role)
        choices = tuple({choice: None for task in tasks for choice in task.axes[role]})
        if not covered_choices(role, text, choices):
            labels = list(dict.fromkeys(choice.label for choice in choices))
            return f"no {role} here fits {shown(text)}: {nearest_or_all(text, labels, 'there are')}"
    return "each part fits something, but no task has it all"
