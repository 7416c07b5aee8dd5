"""A module of ours as text: what binds each of its names, and its functions as they stand in a file of their own."""

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TypeAlias

Definition: TypeAlias = ast.FunctionDef | ast.ClassDef | ast.Assign
Import: TypeAlias = ast.Import | ast.ImportFrom
Rewrite: TypeAlias = Callable[[ast.Return, Callable[[ast.AST], str]], str | None]
"""A return statement, and what gives a node's text, to the statement in its place; None leaves it."""


@dataclass(frozen=True, eq=False)
class ModuleSource:
    """A module's text, and the statement that binds each of its names."""

    source: str
    bindings: dict[str, Definition | Import]
    lambdas: list[ast.Lambda]

    def text(self, node: ast.AST) -> str:
        """The node as it is written."""
        segment = ast.get_source_segment(self.source, node)
        assert segment is not None, "a node of this module"
        return segment

    def lambda_node(self, function: FunctionType) -> ast.Lambda:
        """The lambda that this function comes from."""
        names = list(inspect.signature(function).parameters)
        (found,) = (
            node
            for node in self.lambdas
            if node.lineno == function.__code__.co_firstlineno and [arg.arg for arg in node.args.args] == names
        )
        return found

    def one_line(self, node: ast.AST) -> str:
        """An expression as it is written, on one line."""
        joined = re.sub(r"\s*\n\s*", " ", self.text(node)).replace("( ", "(")
        return re.sub(r",? \)", ")", joined)

    def function_text(self, node: ast.FunctionDef, name: str, rewrite: Rewrite | None) -> str:
        """The function under another name, without annotations and imports, its returns rewritten."""
        first = node.body[0].lineno
        lines = self.source.splitlines()[first - 1 : node.end_lineno]
        statements = [child for child in ast.walk(node) if isinstance(child, ast.stmt)]
        is_rewritten = False
        for statement in sorted(statements, key=lambda one: one.lineno, reverse=True):
            new: list[str] | None = None
            match statement:
                case ast.Import() | ast.ImportFrom():
                    new = []
                case ast.AnnAssign(value=ast.expr() as value):
                    new = [f"{self.text(statement.target)} = {self.one_line(value)}"]
                case ast.Return() if rewrite is not None and (text := rewrite(statement, self.one_line)):
                    new, is_rewritten = [text], True
            if new is not None:
                lines[_lines(statement, first)] = [" " * statement.col_offset + text for text in new]
        if ast.get_docstring(node) is not None:
            after = _lines(node.body[0], first).stop
            while after < len(lines) and not lines[after]:  # what parted it from imports
                del lines[after]
        head = f"def {name}({_bare(node.args)}):"
        return "\n".join([head, *(_without_idle(head, lines) if is_rewritten else lines)])


@cache
def source_of(module: ModuleType) -> ModuleSource:
    """Reads and parses the module's file."""
    source = Path(str(inspect.getsourcefile(module))).read_text(encoding="utf-8")
    tree = ast.parse(source)
    bindings: dict[str, Definition | Import] = {}
    for statement in tree.body:
        match statement:
            case ast.FunctionDef() | ast.ClassDef():
                bindings[statement.name] = statement
            case ast.Import() | ast.ImportFrom():
                bindings |= {alias.asname or alias.name: statement for alias in statement.names}
            case ast.Assign():
                targets = [node for target in statement.targets for node in ast.walk(target)]
                bindings |= {node.id: statement for node in targets if isinstance(node, ast.Name)}
    return ModuleSource(source, bindings, [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)])


def _lines(statement: ast.stmt, first: int) -> slice:
    """Where a statement stands in lines of which the first has that number."""
    assert statement.end_lineno is not None, "parsed from text"
    return slice(statement.lineno - first, statement.end_lineno - first + 1)


def _bare(arguments: ast.arguments) -> str:
    """Without annotations."""

    def bare(args: list[ast.arg]) -> list[ast.arg]:
        return [ast.arg(arg.arg) for arg in args]

    return ast.unparse(
        ast.arguments(
            posonlyargs=bare(arguments.posonlyargs),
            args=bare(arguments.args),
            vararg=arguments.vararg and ast.arg(arguments.vararg.arg),
            kwonlyargs=bare(arguments.kwonlyargs),
            kw_defaults=arguments.kw_defaults,
            kwarg=arguments.kwarg and ast.arg(arguments.kwarg.arg),
            defaults=arguments.defaults,
        )
    )


def _without_idle(head: str, lines: list[str]) -> list[str]:
    """Without assignments whose names nothing reads any more."""
    (function,) = ast.parse("\n".join([head, *lines])).body
    names = [child for child in ast.walk(function) if isinstance(child, ast.Name)]
    read = {child.id for child in names if isinstance(child.ctx, ast.Load)}
    assert isinstance(function, ast.FunctionDef)
    for statement in reversed(function.body):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) if name not in read:
                lines[_lines(statement, 2)] = []
    return lines
