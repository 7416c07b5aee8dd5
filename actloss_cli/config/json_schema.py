"""The JSON schema of configs, for editors: names are completed, slips are marked while they are typed.

It is made of the models that configs are validated against, and of the catalogue. What no schema can say (that
`from` lies below `to`, that PyTorch refuses two settings together) only loading a config tells.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from actloss_cli.catalogue import KINDS
from actloss_cli.catalogue.choice import CODE_PREFIX
from actloss_cli.catalogue.interval import Interval
from actloss_cli.catalogue.spec import HyperValue, Spec
from actloss_cli.config.descriptions import DESCRIPTIONS
from actloss_cli.config.entries import EVERY, REGISTRY, ROLES, Role
from actloss_cli.config.schema import OPENML_PREFIX, ConfigFile
from actloss_cli.config.wording import MAX_LABEL, RUN_NAME
from actloss_cli.datasets import CARDS
from actloss_cli.extending.installed import OPTIMIZERS_PREFIX

Schema: TypeAlias = dict[str, Any]

_LABEL = {"minLength": 1, "maxLength": MAX_LABEL, "pattern": "^[^/]+$"}

_CODE = {"type": "string", "pattern": f"^{CODE_PREFIX}.+:.+$"}
"""Names of one's own code."""

DIALECT = "http://json-schema.org/draft-07/schema#"
"""What the YAML server behind most editors knows best."""


def config_schema() -> Schema:
    """The schema of a whole config."""
    found = ConfigFile.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions: dict[str, Schema] = found.pop("$defs")
    for section, keys in DESCRIPTIONS.items():
        assert issubclass(section, BaseModel)
        own = found if section is ConfigFile else definitions[section.__name__]
        own["properties"] = {key: _described(value, keys[key]) for key, value in own["properties"].items()}
        _mend(own["properties"])
    own = definitions["OwnModelSection"]
    own["properties"]["kind"]["pattern"] = _CODE["pattern"]
    definitions["OwnModelSection"] = {"anyOf": [_CODE, own]}
    for role in ROLES:
        definitions |= _axis_definitions(role)
    bare: Schema = _without_titles(found | {"definitions": definitions})
    return {"$schema": DIALECT, "title": "A config of actloss", **bare}


def _described(value: Schema, description: str) -> Schema:
    """Keywords beside a reference are ignored in this dialect, so that it goes one level down."""
    plain = {key: part for key, part in value.items() if key not in ("title", "default", "$ref")}
    is_told = value.get("default") or value.get("default") == 0  # nothing, and an empty list, are not
    default = {"default": value["default"]} if is_told and "$ref" not in value else {}
    reference = {"allOf": [{"$ref": value["$ref"]}]} if "$ref" in value else {}
    return {"description": description, **plain, **reference, **default}


def _mend(properties: dict[str, Schema]) -> None:
    """Puts in what validators of our own read, which pydantic's schema doesn't know of."""
    for role in ROLES:
        if role in properties and "type" not in properties[role]:
            properties[role]["allOf"] = [{"$ref": f"#/definitions/{role}_axis"}]
    if "name" in properties:
        properties["name"]["pattern"] = f"^{RUN_NAME.pattern}$"
    if "label" in properties:
        properties["label"] |= _LABEL
    if "lr" in properties:
        properties["lr"].pop("default", None)
        properties["lr"]["oneOf"].append({"type": "number", "exclusiveMinimum": 0})
    if "model" in properties:
        properties["model"].pop("default", None)
    if "dataset" in properties and "oneOf" in properties["dataset"]:
        *mappings, _ = properties["dataset"].pop("oneOf")
        properties["dataset"]["anyOf"] = [
            {"enum": [card.name for card in CARDS]},
            {"type": "string", "pattern": f"^{OPENML_PREFIX}.+$"},
            *mappings,
        ]
    if "openml" in properties:
        properties["openml"]["type"] = ["string", "integer"]


def _axis_definitions(role: Role) -> dict[str, Schema]:
    """Of one role: an axis, its entries, and each function with its settings."""
    specs = REGISTRY[role]
    name, several = f"#/definitions/{role}", f"#/definitions/{role}_entries"
    return {
        f"{role}_axis": {
            "description": f"One {role}, a list of them, or either by kind of task.",
            "anyOf": [
                {"$ref": several},
                {
                    "type": "object",
                    "properties": {kind: {"$ref": several} for kind in KINDS},
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ],
        },
        f"{role}_entries": {"anyOf": [{"$ref": name}, {"type": "array", "items": {"$ref": name}, "minItems": 1}]},
        role: {
            "description": f"A name, or a mapping with settings; '{EVERY}' stands for every {role}.",
            "anyOf": [
                {"enum": [EVERY, *(name for spec in specs for name in (spec.name, *spec.aliases))]},
                *({"$ref": f"#/definitions/{_key(spec)}"} for spec in specs),
                *_foreign(role),
            ],
        },
        **{_key(spec): _function(spec) for spec in specs},
    }


def _foreign(role: Role) -> tuple[Schema, Schema]:
    """Names of code, alone and in a mapping, whose settings the code alone knows; and of a package of optimizers."""
    name = (
        {"type": "string", "pattern": f"^({CODE_PREFIX}.+:|{OPTIMIZERS_PREFIX}).+$"} if role == "optimizer" else _CODE
    )
    return name, {"type": "object", "properties": {"name": name}, "required": ["name"]}


def _key(spec: Spec) -> str:
    """A function that serves in two roles is defined once."""
    return f"{type(spec).__name__.removesuffix('Spec').lower()}_{spec.name}"


def _function(spec: Spec) -> Schema:
    """A function as a mapping."""
    settings = {key: _setting(spec, key, default) for key, default in spec.settings.items()}
    return {
        "type": "object",
        "description": f"{spec.formula} ({spec.source})",
        "properties": {
            "name": {"enum": [spec.name, *spec.aliases]},
            "as": {"description": "What tables call it.", "type": "string", **_LABEL},
            **settings,
        },
        "required": ["name"],
        "additionalProperties": False,
    }


def _setting(spec: Spec, key: str, default: HyperValue) -> Schema:
    """One value, or a list of them, which are multiplied out."""
    limits = _limits(spec.limits_for(key))
    one: Schema
    match default:
        case bool():
            one = {"type": "boolean"}
        case str():
            one = {"enum": list(spec.options_for(key))}
        case tuple():
            n = len(default)
            one = {"type": "array", "items": {"type": "number", **limits}, "minItems": n, "maxItems": n}
        case int():
            one = {"type": "integer", **limits}
        case _:
            one = {"type": "number", **limits}
    value = list(default) if isinstance(default, tuple) else default
    several = {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}
    return {"anyOf": [one, several], "default": value}


def _limits(interval: Interval) -> Mapping[str, float]:
    found = {}
    if interval.low > -float("inf"):
        found["exclusiveMinimum" if interval.low_open else "minimum"] = interval.low
    if interval.high < float("inf"):
        found["exclusiveMaximum" if interval.high_open else "maximum"] = interval.high
    return found


def _without_titles(value: Any) -> Any:
    """Pydantic titles every key by its own name."""
    match value:
        case dict():
            return {key: _without_titles(part) for key, part in value.items() if key != "title"}
        case list():
            return [_without_titles(part) for part in value]
        case _:
            return value
