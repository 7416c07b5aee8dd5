"""What differs in how two runs were made: versions, machine, data, config. Pure: settings in, changes out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from actloss_cli.config.task_names import name_of_section
from actloss_cli.store.settings import RunSettings

Group: TypeAlias = Literal["versions", "machine", "data", "config"]

_VERSIONS = ("actloss", "engine_meaning", "git_commit", "python")
"""Keys of a session that are versions beside those of the libraries."""
_NOT_COMPARED = ("started", "command", "libraries", "predictions", "part")
"""Keys of a session that differ always, or are looked into."""
_STREAMS = ("meaning", "kind", "data")
"""What the random streams of a seed hang on, beside the seed: the split, the minibatch order, the initial weights."""


@dataclass(frozen=True)
class SettingChange:
    """One setting that is not the same in both runs. Its values are plain ones; None where it is not set."""

    group: Group
    name: str
    """`torch`, `training.epochs`."""
    before: Any
    after: Any
    """Provenance: a list where sessions of one run differ. A list of functions or patterns: those not in the other."""
    tasks: tuple[str, ...] = ()
    """Those of both runs that it holds for; none where it is the whole run's."""


@dataclass(frozen=True)
class SettingChanges:
    """What differs between the settings of two runs."""

    changes: tuple[SettingChange, ...]
    same_streams: frozenset[str]
    """Tasks in which a seed stands for the same split of the same rows in both runs, so that scores pair."""
    unknown: tuple[str, ...]
    """What could not be compared, each a clause such as `before has no config.yaml`."""


def compare_settings(before: RunSettings, after: RunSettings) -> SettingChanges:
    """Compares provenance, configs and data; tasks are matched by label."""
    known = [
        (f"{side} has no {file}", part)
        for side, settings in (("before", before), ("after", after))
        for file, part in (("provenance.json", settings.sessions), ("config.yaml", settings.config))
    ]
    tasks = [task for task in before.specs if task in after.specs]
    return SettingChanges(
        changes=(
            *_session_changes(before, after),
            *_data_changes(before, after, tasks),
            *_config_changes(before, after),
        ),
        same_streams=frozenset(
            task for task in tasks if all(before.specs[task][key] == after.specs[task][key] for key in _STREAMS)
        ),
        unknown=tuple(clause for clause, part in known if not part),
    )


def _session_changes(before: RunSettings, after: RunSettings) -> Iterator[SettingChange]:
    if not (before.sessions and after.sessions):
        return
    groups: tuple[Group, Group] = ("versions", "machine")
    for group in groups:
        sides = [[_facts(session, group) for session in side.sessions] for side in (before, after)]
        for name in dict.fromkeys(name for side in sides for facts in side for name in facts):
            first, second = (_values(side, name) for side in sides)
            if first != second:
                yield SettingChange(group, name, first, second)


def _facts(session: Mapping[str, Any], group: Group) -> dict[str, Any]:
    """Of one session those of a group: versions with the libraries', or all the rest."""
    is_version = group == "versions"
    facts = {name: value for name, value in session.items() if (name in _VERSIONS) == is_version}
    own = {name: value for name, value in facts.items() if name not in _NOT_COMPARED}
    return own | session.get("libraries", {}) if is_version else own


def _values(sessions: Sequence[Mapping[str, Any]], name: str) -> Any:
    """The value in all sessions of a run, or the list of those that there were."""
    values: list[Any] = []
    for facts in sessions:
        if facts.get(name) not in values:
            values.append(facts.get(name))
    return values[0] if len(values) == 1 else values


def _data_changes(before: RunSettings, after: RunSettings, tasks: Sequence[str]) -> Iterator[SettingChange]:
    for task in tasks:
        first, second = before.specs[task]["data"], after.specs[task]["data"]
        if first != second:
            yield SettingChange("data", "fingerprint", first, second, (task,))


def _config_changes(before: RunSettings, after: RunSettings) -> Iterator[SettingChange]:
    """Of the whole config, then task by task; a change that several tasks share comes once."""
    if not (before.config and after.config):
        return
    yield from _differences(_without_tasks(before.config), _without_tasks(after.config))
    first, second = ({name_of_section(task): task for task in side.config["tasks"]} for side in (before, after))
    shared: list[SettingChange] = []
    for task in first:
        for change in _differences(first[task], second[task]) if task in second else ():
            alike = [place for place, other in enumerate(shared) if replace(other, tasks=()) == change]
            if alike:
                shared[alike[0]] = replace(change, tasks=(*shared[alike[0]].tasks, task))
            else:
                shared.append(replace(change, tasks=(task,)))
    yield from shared


def _without_tasks(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key not in ("name", "tasks")}


def _differences(before: Any, after: Any, path: str = "") -> Iterator[SettingChange]:
    """Walks into mappings, and into functions of one name; other values are compared whole."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif are_entries(before) and are_entries(after):
        yield from _entry_differences(before, after, path)
    elif before != after:
        yield SettingChange("config", path, before, after)


def are_entries(value: Any) -> bool:
    """Whether it lists functions of an axis, or patterns under `exclude`, whose order says nothing."""
    return isinstance(value, list) and all(isinstance(part, Mapping) for part in value)


def _entry_differences(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], path: str
) -> Iterator[SettingChange]:
    gone = [entry for entry in before if entry not in after]
    new = [entry for entry in after if entry not in before]
    for entry in list(gone):
        name = _entry_name(entry)
        namesakes = [[other for other in side if name and _entry_name(other) == name] for side in (gone, new)]
        if len(namesakes[0]) == len(namesakes[1]) == 1:
            (twin,) = namesakes[1]
            yield from _differences(entry, twin, f"{path}.{name}")
            gone.remove(entry)
            new.remove(twin)
    if gone or new:
        yield SettingChange("config", path, gone, new)


def _entry_name(entry: Mapping[str, Any]) -> str:
    """A function's label or name; "" for a pattern."""
    return str(entry.get("as") or entry.get("name") or "")
