"""What the shell offers on Tab. Reads the schema that ships with the configs: importing the catalogue takes seconds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

SCHEMA = "actloss.schema.json"


def complete_config(incomplete: str) -> list[str]:
    """Shipped configs, and YAML files here."""
    from actloss_cli.config.shipped import shipped_configs

    files = [str(path) for path in Path().glob("*.yaml")]
    return [name for name in [*shipped_configs(), *sorted(files)] if name.startswith(incomplete)]


def complete_dataset(incomplete: str) -> list[str]:
    """Names of datasets."""
    return _beginning(incomplete, _schema()["definitions"]["TaskSection"]["properties"]["dataset"])


def completing(role: str) -> Callable[[str], list[str]]:
    """Completes names of functions in a role: `activation`, `output`, `loss` or `optimizer`."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in _beginning(incomplete, _schema()["definitions"][role]) if name != "all"]

    return complete


def _beginning(incomplete: str, choice: dict[str, Any]) -> list[str]:
    """The names among the forms that a value may take."""
    return [name for form in choice["anyOf"] for name in form.get("enum", ()) if name.startswith(incomplete)]


def _schema() -> dict[str, Any]:
    from actloss_cli.config.shipped import shipped_configs

    folder = next(iter(shipped_configs().values())).parent
    schema: dict[str, Any] = json.loads((folder / SCHEMA).read_text(encoding="utf-8"))
    return schema
