"""The page on configs in Markdown, from the schema that editors get: each key, its use, its values, its default."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from actloss_cli.catalogue import KINDS
from actloss_cli.config.axes import DEFAULT_AXES
from actloss_cli.config.descriptions import DESCRIPTIONS
from actloss_cli.config.entries import ROLES, Role
from actloss_cli.config.json_schema import Schema, config_schema
from actloss_cli.config.schema import ConfigFile, TaskSection
from actloss_cli.report.markdown import code, plain, table

_INTRODUCTION = """\
# Configs

<!-- Written by `make docs` from the schema: edit that, not this page. -->

A config is one YAML file. Only `name` and `tasks` must be there, and of a task only `kind` and `dataset`; what is not
said has the default that stands here. A key at the top holds for every task; the same key in a task holds for that task
alone. `actloss init` writes a first config with every key in comments, `actloss plan` says what a config asks for, and
`actloss schema` prints the JSON schema, by which editors complete keys and mark slips:

```yaml
# yaml-language-server: $schema=actloss.schema.json
name: first
tasks:
  - {kind: binary, dataset: moons}
  - {kind: multiclass, dataset: digits, loss: [cross_entropy, nll], training: {epochs: 50}}
activation: [relu, tanh]
optimizer:
  - adam
  - {name: sgd, momentum: [0, 0.9]}   # a list of values stands for one function per value
lr: {points: 5}
```

On the command line `--set training.epochs=5` overrides one key; `tasks.0.dataset=circles` reaches into a list. The
config in force, every default filled in, lies in the run's folder as `config.yaml`. A mistake is told with its line and
a hint, all mistakes at once, before anything is trained."""

_AXIS = "a name of [the catalogue](catalogue.md), `all`, a mapping with settings, a list of these, or any of it by kind"
_USUAL = "[the usual ones](#usual-functions)"
_USUAL_NOTE = """\
What a config that names none trains, by kind of task: the usual functions, with usual mistakes among them."""
_HEADER = ("key", "what it is for", "values", "unless said")
_SECTIONS = frozenset(section.__name__ for section in DESCRIPTIONS)


def configuration_page() -> str:
    """The whole page."""
    schema = config_schema()
    headings = _headings(schema)
    parts = [_INTRODUCTION]
    for section in DESCRIPTIONS:
        owner = schema if section is ConfigFile else _mapping(schema["definitions"][section.__name__])
        keys = {
            key: value
            for key, value in owner["properties"].items()
            if section is not TaskSection or key not in DESCRIPTIONS[ConfigFile]
        }
        required = owner.get("required", [])
        rows = [_row(key, value, key in required, headings) for key, value in keys.items()]
        parts.append(f"## {headings[section.__name__]}\n\n{table(_HEADER, rows)}")
    usual = table(("key", *KINDS), [(code(role), *_usual(role)) for role in ROLES])
    return "\n\n".join([*parts, "## Usual functions", _USUAL_NOTE, usual]) + "\n"


def _usual(role: Role) -> list[str]:
    """Their names by kind of task."""
    return [", ".join(code(choice.label) for choice in DEFAULT_AXES[role][kind]) for kind in KINDS]


def _headings(schema: Schema) -> dict[str, str]:
    """Of each section by its class's name: the key that it stands under and, of several there, which it is."""
    found = {ConfigFile.__name__: "The top of a config"}
    for owner in (schema, *(_mapping(part) for name, part in schema["definitions"].items() if name in _SECTIONS)):
        for key, value in owner["properties"].items():
            names = [name for name in dict.fromkeys(_references(value)) if name in _SECTIONS]
            for name in names:
                which = f": {_told_apart(schema['definitions'][name])}" if len(names) > 1 else ""
                found.setdefault(name, f"`{key}`{which}")
    return found


def _mapping(section: Schema) -> Schema:
    """The long form of one that can also be written in short."""
    return section if "properties" in section else next(way for way in section["anyOf"] if "properties" in way)


def _told_apart(section: Schema) -> str:
    """`conv1d or conv2d`, by its kinds, or `csv`, by the key that it must have."""
    kind = _mapping(section)["properties"].get("kind")
    if kind and "pattern" in kind:
        return "your own code"
    return " or ".join(_choices(kind)) if kind else str(section["required"][0])


def _references(value: Any) -> Iterator[str]:
    """Names of all definitions that a part of the schema refers to."""
    match value:
        case {"$ref": reference}:
            yield reference.rsplit("/", 1)[1]
        case dict():
            for part in value.values():
                yield from _references(part)
        case list():
            for part in value:
                yield from _references(part)


def _row(key: str, value: Schema, is_required: bool, headings: Mapping[str, str]) -> tuple[str, ...]:
    default = "must be said" if is_required else _default(key, value)
    return code(key), plain(value["description"]), _values(value, headings), default


def _default(key: str, value: Schema) -> str:
    if "default" in value:
        return code(json.dumps(value["default"], ensure_ascii=False).strip('"'))
    return _USUAL if _is_axis(value) else ""


def _is_axis(value: Schema) -> bool:
    return any(name == f"{role}_axis" for role in ROLES for name in _references(value))


def _values(value: Schema, headings: Mapping[str, str]) -> str:
    """In words."""
    if _is_axis(value):
        return _AXIS
    if links := [_link(headings[name]) for name in dict.fromkeys(_references(value)) if name in _SECTIONS]:
        return " or ".join(links)
    return plain(_words(value))


def _link(heading: str) -> str:
    anchor = heading.lower().replace("`", "").replace(":", "").replace(" ", "-")
    return f"[{heading.replace('`', '')}](#{anchor})"


def _words(value: Schema) -> str:
    if choices := _choices(value):
        return ", ".join(choices)
    parts = [part for part in value.get("anyOf", []) if part.get("type") != "null"]
    if parts:
        return " or ".join(_words(part) for part in parts)
    match value.get("type"):
        case "array":
            return f"a list: {_words(value['items'])}"
        case "integer":
            return f"a whole number{_range(value)}"
        case "number":
            return f"a number{_range(value)}"
        case _:
            return "text"


def _choices(value: Schema) -> list[str]:
    return [str(one) for one in value.get("enum", [value["const"]] if "const" in value else [])]


def _range(value: Schema) -> str:
    limits = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    told = [f"{word} {value[key]:,}" for key, word in limits.items() if key in value]
    return f" {' '.join(told)}" if told else ""
