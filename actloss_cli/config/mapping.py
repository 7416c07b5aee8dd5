"""A config given as a Python mapping: read as the YAML that it would be written as, so that one set of rules holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yaml.representer import RepresenterError

from actloss_cli.config.document import Document, Origin
from actloss_cli.config.yaml_reader import read_yaml
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.errors import user_error

NAME = "config"
"""What problems call it, since it has no file."""


def read_mapping(config: Mapping[str, Any]) -> Document:
    """Its values; relative paths start from the current folder. Raises `UserError`."""
    return read_yaml(mapping_text(config), Origin(NAME, Path.cwd(), rank=-1))


def mapping_text(config: Mapping[str, Any]) -> str:
    """The YAML that it would be written as. Raises `UserError` for values that no YAML has."""
    try:
        return dump_yaml(dict(config))
    except RepresenterError as error:
        _, stranger = error.args
        message = f"a {type(stranger).__name__} can't stand in a config"
        raise user_error(message, where=NAME, hint="use dicts, lists, text, numbers and paths") from None
    except RecursionError:
        raise user_error("it holds itself, or nests too deep", where=NAME, hint="no config needs that") from None
