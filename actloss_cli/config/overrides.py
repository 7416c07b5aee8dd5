"""`--set key=value`: puts one value into a config by its path of keys and indices; the value is YAML, as in a file."""

import copy
from pathlib import Path
from typing import Any

from actloss_cli.config.document import Document, Mark, Origin
from actloss_cli.config.flaw import KeyPath
from actloss_cli.config.wording import shown
from actloss_cli.config.yaml_loader import MAX_DEPTH
from actloss_cli.config.yaml_reader import read_yaml
from actloss_cli.errors import UserError, user_error


def with_override(document: Document, setting: str, rank: int) -> Document:
    """The document with that setting; `rank` counts the settings from 1. Raises `UserError`, located at the setting.

    Missing mappings on the way are made; a list must have the index. Relative paths start from the current folder.
    """
    source = f"--set {setting}"
    key, equals, text = setting.partition("=")
    if not (equals and all(key.split("."))):
        raise user_error("not of the form key=value", where=source, hint="for example --set training.epochs=5")
    if key.count(".") >= MAX_DEPTH or not key.isprintable():
        raise user_error("not a key of a config", where=source, hint="for example --set training.epochs=5")
    value = copy.deepcopy(document.value)
    container, path = _descend(value, key.split("."), source)
    origin = Origin(source, Path.cwd(), rank, path)
    put = read_yaml(text, origin)
    container[path[-1]] = put.value
    made = {path[:n]: Mark(origin, 1, 1) for n in range(1, len(path) + 1)}
    return Document(
        value,
        {**made, **document.marks, **put.marks},
        {**made, **document.key_marks, path: Mark(origin, 1, 1), **put.key_marks},
        document.problems + put.problems,
        frozenset(p for p in document.unreadable if p[: len(path)] != path) | put.unreadable,
    )


def _descend(value: Any, keys: list[str], source: str) -> tuple[Any, KeyPath]:
    """The mapping or list that holds the last key, and the path with indices as numbers."""
    path: KeyPath = ()
    container = value
    for i, key in enumerate(keys):
        part = _part(container, key, ".".join(keys[:i]), source)
        path = (*path, part)
        if i < len(keys) - 1:
            if isinstance(container, dict):
                container.setdefault(key, {})
            container = container[part]
    return container, path


def _part(container: Any, key: str, outer: str, source: str) -> str | int:
    if isinstance(container, dict):
        return key
    if not isinstance(container, list):
        raise _no_such_place(
            f"'{outer}' is {shown(container)}, which has no keys", f"set it whole: --set {outer}=VALUE", source
        )
    if not key.isdecimal():
        raise _no_such_place(f"'{outer}' is a list: {shown(key)} is not an index", f"write {outer}.0", source)
    # Python refuses to read thousands of digits.
    if len(key) > 9 or int(key) >= len(container):
        last = f"the last is {outer}.{len(container) - 1}" if container else "the list is empty"
        raise _no_such_place(f"'{outer}' has no index {key}", last, source)
    return int(key)


def _no_such_place(message: str, hint: str, source: str) -> UserError:
    return user_error(message, where=source, hint=hint)
