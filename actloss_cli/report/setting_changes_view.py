"""In a terminal: what differs in how two runs were made, a line for each setting."""

from collections.abc import Collection, Mapping
from typing import Any

from rich.console import Console

from actloss_cli.analysis.setting_changes import SettingChange, SettingChanges, are_entries
from actloss_cli.report.terminal_text import say, shown

_MOST_CHARACTERS = 60
"""Of one value; the JSON has it whole."""


def print_setting_changes(console: Console, settings: SettingChanges, tasks: Collection[str]) -> None:
    """Prints each change, and what could not be compared; `tasks` are all those that both runs have."""
    if settings.changes:
        say(console, shown(console, "settings and versions that differ", "italic"))
    elif not settings.unknown:
        say(console, "settings and versions: no difference")
    for change in settings.changes:
        say(console, f"{change.group}: {_change_text(change, tasks)}", indent=2)
    for clause in settings.unknown:
        say(console, f"not compared: {clause}", indent=2)


def _change_text(change: SettingChange, tasks: Collection[str]) -> str:
    """`training.epochs 4 -> 8 (moons)`, `optimizer without sgd, with adam`."""
    of_tasks = f" ({', '.join(change.tasks)})" if change.tasks and set(change.tasks) != set(tasks) else ""
    if are_entries(change.before) and are_entries(change.after):
        parts = [
            f"{word} {_cut(_entries_text(entries, change))}"
            for word, entries in (("without", change.before), ("with", change.after))
            if entries
        ]
        return f"{change.name} {', '.join(parts)}{of_tasks}"
    return f"{change.name} {_cut(_text(change.before))} -> {_cut(_text(change.after))}{of_tasks}"


def _entries_text(entries: list[Mapping[str, Any]], change: SettingChange) -> str:
    """By name alone, unless the names don't tell the entries apart or there are none, as in a pattern."""
    names = [entry.get("as") or entry.get("name") for entry in (*change.before, *change.after)]
    is_clear = all(names) and len(set(names)) == len(names)
    return ", ".join(str(entry.get("as") or entry["name"]) if is_clear else _text(entry) for entry in entries)


def _text(value: Any) -> str:
    """A plain value as a config has it."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case list():
            return f"[{', '.join(map(_text, value))}]"
        case Mapping():
            return f"{{{', '.join(f'{key}: {_text(part)}' for key, part in value.items())}}}"
        case _:
            return str(value)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 3]}..."
