"""Names of code, `python:package.module:function`: their form, and how the module is imported. Runs users' code."""

import contextlib
import difflib
import hashlib
import importlib
import inspect
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from actloss_cli.catalogue.choice import CODE_PREFIX, Code
from actloss_cli.extending.refusal import Unusable, told

FORM = f"{CODE_PREFIX}MODULE:NAME"
_DIGITS = 20
_imported: dict[str, str] = {}
"""The digest of each module at the time that it was imported here."""


@dataclass(frozen=True)
class Found:
    """What a name stands for, and the code behind it."""

    value: Any
    code: Code


def find(name: str, folders: Sequence[str]) -> Found:
    """Imports the module of `python:MODULE:NAME` and gives what NAME, which may have dots, is there.

    The module is looked for among what is installed, then in the folders, so that no file in them can stand in for an
    installed module. Raises `Unusable`.
    """
    module_name, colon, attribute = name.removeprefix(CODE_PREFIX).partition(":")
    if not (colon and all(part.isidentifier() for part in (*module_name.split("."), *attribute.split(".")))):
        raise Unusable(f"'{name}' is not of the form {FORM}", f"such as {CODE_PREFIX}mymodule:my_function")
    module = import_module(module_name, folders)
    value: Any = module
    for part in attribute.split("."):
        if not hasattr(value, part):
            raise Unusable(f"{_described(module)} has no '{attribute}'", _near(module, attribute))
        value = getattr(value, part)
    return Found(value, code_of(value, module, folders))


def import_module(name: str, folders: Sequence[str]) -> ModuleType:
    """The module, imported again where its file has changed since; what it prints goes to stderr."""
    _look_in(folders)
    with contextlib.redirect_stdout(sys.stderr):
        try:
            module = importlib.import_module(name)
            if _imported.setdefault(name, file_digest(module)) != file_digest(module):
                module = importlib.reload(module)
        except ModuleNotFoundError as missing:
            if missing.name is not None and f"{name}.".startswith(f"{missing.name}."):
                where = " or ".join(["what is installed", *folders])
                raise Unusable(f"there is no module '{missing.name}' in {where}", _how(name)) from missing
            raise _fails(name, missing) from missing
        except (Exception, SystemExit) as error:  # whatever a user's module raises while it is imported
            raise _fails(name, error) from error
    _imported[name] = file_digest(module)
    return module


def code_of(value: Any, module: ModuleType, folders: Sequence[str]) -> Code:
    """By the whole file that defines it, since a function follows what stands beside it; else by the module's."""
    is_definition = inspect.isroutine(value) or inspect.isclass(value)
    owner = (inspect.getmodule(value) if is_definition else None) or module
    return Code(file_digest(owner), tuple(folders), getattr(owner, "__file__", None) or "")


def file_digest(module: ModuleType) -> str:
    """Of the module's file, whatever it is; of Python's version for a module without one."""
    path = getattr(module, "__file__", None)
    try:
        content = Path(path).read_bytes() if path else sys.version.encode()
    except OSError:  # inside an archive
        content = repr(path).encode()
    return hashlib.sha256(content).hexdigest()[:_DIGITS]


def _look_in(folders: Sequence[str]) -> None:
    """They come last on the path, and stay there: a function may import more when it is called."""
    sys.path += [folder for folder in folders if folder not in sys.path]
    importlib.invalidate_caches()


def _fails(name: str, error: BaseException) -> Unusable:
    return Unusable(f"'{name}' can't be imported: {told(error)}", f"see it with: python -c 'import {name}'")


def _how(name: str) -> str:
    return f"put {name.partition('.')[0]}.py beside the config, or install its package"


def _described(module: ModuleType) -> str:
    return f"module '{module.__name__}' ({getattr(module, '__file__', None) or 'built in'})"


def _near(module: ModuleType, attribute: str) -> str:
    own = [name for name in vars(module) if not name.startswith("_")]
    near = difflib.get_close_matches(attribute, own, n=1)
    return f"did you mean '{near[0]}'?" if near else f"it has: {', '.join(own[:10]) or 'nothing'}"
