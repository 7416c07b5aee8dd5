"""Takes functions and classes of ours out of their modules, with all that they use, so that they stand alone in a file.

Docstrings and comments stay; annotations go, imports inside functions move to the top, a lambda becomes a function.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import FunctionType

from actloss_cli.script.literals import docstring
from actloss_cli.script.module_source import Definition, Import, ModuleSource, Rewrite, source_of

PACKAGE = __name__.partition(".")[0]


class NotStandAlone(Exception):
    """Something is used that can't be taken out."""


class Sources:
    """Definitions, each after those that it uses, and the import statement behind each name from elsewhere.

    Nothing may be taken out of the modules `barred`: `add` then raises `NotStandAlone`.
    """

    def __init__(self, rewrite: Rewrite | None = None, barred: frozenset[str] = frozenset()) -> None:
        self.imports: dict[str, str] = {}
        self.definitions: dict[str, str] = {}
        """Text by name."""
        self._rewrite, self._barred = rewrite, barred

    def add(self, thing: Callable[..., object], name: str = "", doc: str = "") -> str:
        """A function, lambda or class of ours, under this name or its own; gives the name. `doc` is for a lambda."""
        module = source_of(sys.modules[thing.__module__])
        if not is_lambda(thing):
            return self._define(thing.__name__, thing.__module__, name)
        assert isinstance(thing, FunctionType)
        node = module.lambda_node(thing)
        head = f"def {name}({ast.unparse(node.args)}):"
        text = f"{head}\n{docstring(doc)}\n    return {module.one_line(node.body)}"
        self._use(text, thing.__module__)
        self.definitions[name] = text
        return name

    def include(self, other: "Sources") -> None:
        """Adds all that the other has."""
        self.imports |= other.imports
        self.definitions |= {name: text for name, text in other.definitions.items() if name not in self.definitions}

    def expression(self, function: FunctionType) -> str:
        """The expression that a lambda gives, in terms of its arguments; what it uses is added."""
        module = source_of(sys.modules[function.__module__])
        text = module.one_line(module.lambda_node(function).body)
        self._use(f"lambda {', '.join(function.__code__.co_varnames)}: {text}", function.__module__)
        return text

    def _define(self, name: str, module_name: str, new_name: str = "") -> str:
        """What a module of ours calls by this name: its own, or what it imports."""
        module = source_of(import_module(module_name))
        statement = module.bindings[name]
        if isinstance(statement, Import):
            self._import(name, statement)
            return name
        own = new_name or name
        if own not in self.definitions:
            if module_name in self._barred:
                raise NotStandAlone(name)
            self._import_locals(statement)
            text = self._text(statement, module, own)
            self._use(text, module_name)
            if text not in self.definitions.values():  # one assignment may define several names
                self.definitions[own] = text
        return own

    def _import_locals(self, statement: Definition) -> None:
        """What a function imports when it is called; raises where it does so on a condition."""
        for local in (child for child in ast.walk(statement) if isinstance(child, Import)):
            if not (isinstance(statement, ast.FunctionDef) and local in statement.body):
                raise NotStandAlone(ast.unparse(local))
            for alias in local.names:
                self._import(alias.asname or alias.name, local)

    def _text(self, statement: Definition, module: ModuleSource, name: str) -> str:
        if isinstance(statement, ast.FunctionDef):
            return module.function_text(statement, name, self._rewrite)
        return module.text(statement)

    def _import(self, name: str, statement: Import) -> None:
        (alias,) = (alias for alias in statement.names if (alias.asname or alias.name) == name)
        if isinstance(statement, ast.Import):
            self.imports[name] = ast.unparse(ast.Import([alias]))
        elif (statement.module or "").partition(".")[0] == PACKAGE:
            self._define(name, str(statement.module))
        else:
            self.imports[name] = ast.unparse(ast.ImportFrom(statement.module, [alias], 0))

    def _use(self, text: str, module_name: str) -> None:
        """Adds what the names in a definition's text stand for, in the order in which they occur."""
        bindings = source_of(import_module(module_name)).bindings
        for name in free_names(text):
            if name in bindings and name not in self.imports:
                self._define(name, module_name)


def is_lambda(thing: Callable[..., object]) -> bool:
    """Whether it has no name of its own."""
    return isinstance(thing, FunctionType) and thing.__name__ == "<lambda>"


def free_names(text: str) -> Iterator[str]:
    """Names that the text reads and doesn't bind anywhere, each once."""
    nodes = list(ast.walk(ast.parse(text)))
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    loaded = (node.id for node in nodes if isinstance(node, ast.Name))
    return (name for name in dict.fromkeys(loaded) if name not in bound)


def without_underscores(text: str) -> str:
    """The text with the names that it defines at its top lacking their leading underscore, where those are free."""
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    taken = {node.id for node in nodes if isinstance(node, ast.Name)} | {n.arg for n in nodes if isinstance(n, ast.arg)}
    for statement in tree.body:
        for name in _defined(statement):
            bare = name.lstrip("_")
            if name != bare and bare not in taken:
                text = re.sub(rf"(?<![\w.]){name}\b", bare, text)
    return text


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    return [node.id for node in targets if isinstance(node.ctx, ast.Store)]
