"""A config by path, by name or as a mapping to the config in force: all is checked, and all problems come at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from actloss_cli.catalogue.choice import CODE_PREFIX
from actloss_cli.config.code_rule import NO_CODE, CodeRule
from actloss_cli.config.config import RunConfig
from actloss_cli.config.document import Document, sorted_problems
from actloss_cli.config.flaw import Flaw
from actloss_cli.config.mapping import read_mapping
from actloss_cli.config.overrides import with_override
from actloss_cli.config.resolution import resolve
from actloss_cli.config.rewording import flaws_from
from actloss_cli.config.schema import ConfigFile
from actloss_cli.config.shipped import find_config
from actloss_cli.config.task_data import read_task_data
from actloss_cli.config.wording import shown
from actloss_cli.config.yaml_reader import read_yaml_file
from actloss_cli.errors import Problem, UserError, user_error


def load_config(source: str | Mapping[str, Any], overrides: Sequence[str] = (), rule: CodeRule = NO_CODE) -> RunConfig:
    """The config in the file `source`, or the shipped one of that name, under settings such as `training.epochs=5`.

    A mapping stands for what a file in the current folder would hold. Loads every dataset that it names; imports code
    that it names where the rule allows it, from the config's folder and, where a setting names code, from the current
    one. Raises `UserError` with all its problems, those of the file from top to bottom.
    """
    document, folder = (read_mapping(source), Path.cwd()) if isinstance(source, Mapping) else _read_file(source)
    if not isinstance(document.value, dict):
        what = "the file is empty" if document.value is None else f"the top is {shown(document.value)}, not a mapping"
        hint = "a config is a mapping with at least 'name' and 'tasks'"
        raise user_error(what, where=str(document.mark(())), hint=hint)
    document, failed = _with_overrides(document, overrides)
    config, flaws = _read(document, replace(rule, folders=_folders(folder, overrides)))
    problems = (*sorted_problems((*document.problems, *document.locate(flaws))), *failed)
    if problems or config is None:
        raise UserError(*problems)
    return config


def _read_file(source: str) -> tuple[Document, Path]:
    path, name = find_config(source)
    return read_yaml_file(path, name), path.resolve().parent


def _with_overrides(document: Document, overrides: Sequence[str]) -> tuple[Document, list[Problem]]:
    failed: list[Problem] = []
    for rank, setting in enumerate(overrides, start=1):
        try:
            document = with_override(document, setting, rank)
        except UserError as error:
            failed.extend(error.problems)
    return document, failed


def _folders(folder: Path, overrides: Sequence[str]) -> tuple[str, ...]:
    """Where code is looked for that a config, or a setting that was typed here, names."""
    typed = [str(Path.cwd())] if any(CODE_PREFIX in setting for setting in overrides) else []
    return tuple(dict.fromkeys([str(folder), *typed]))


def _read(document: Document, rule: CodeRule) -> tuple[RunConfig | None, list[Flaw]]:
    data, flaws = read_task_data(document)
    try:
        file = ConfigFile.model_validate(document.value, context=rule)
    except ValidationError as error:
        return None, flaws + flaws_from(error, document.value)
    config, further = resolve(file, data, rule)
    return config, flaws + further
