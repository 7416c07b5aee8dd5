"""PyYAML's nodes to plain values, with the place of each; bounded, since aliases are written out. Knows no schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import yaml

from actloss_cli.config.document import Located, Mark, Origin, locate
from actloss_cli.config.flaw import Flaw, KeyPath
from actloss_cli.config.wording import shown
from actloss_cli.config.yaml_loader import BOOL, FLOAT, INT, MAP, MAX_DEPTH, MAX_NODES, NULL, SEQ, STR, out_of_bounds

MAX_WHOLE = 2**53
"""Beyond it a float no longer holds every whole number."""

_HALF = "half a character"


@dataclass
class ValueWalk:
    """One walk over a tree of nodes: `visit` gives the value, the other fields fill on the way."""

    origin: Origin
    marks: dict[KeyPath, Mark] = field(default_factory=dict)
    key_marks: dict[KeyPath, Mark] = field(default_factory=dict)
    problems: list[Located] = field(default_factory=list)
    unreadable: set[KeyPath] = field(default_factory=set)

    def visit(self, node: yaml.Node, path: KeyPath) -> object:
        """The node's value; `MarkedYAMLError` where aliases make it too large or, as recursive ones do, too deep."""
        if len(path) - len(self.origin.path) >= MAX_DEPTH:
            raise out_of_bounds(f"aliases nest more than {MAX_DEPTH} deep", node.start_mark)
        if len(self.marks) >= MAX_NODES:
            raise out_of_bounds(f"aliases make more than {MAX_NODES} values", node.start_mark)
        self.marks[path] = self.mark(node)
        if isinstance(node, yaml.MappingNode) and node.tag == MAP:
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == SEQ:
            return [self.visit(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag in _CONSTRUCTORS:
            return self._scalar(node, path)
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        self._report(node, path, f"unknown tag {shown(tag)}", "remove the tag: a config is plain YAML")
        self.unreadable.add(path)
        return None

    def mark(self, node: yaml.Node) -> Mark:
        """Where the node begins."""
        return Mark(self.origin, node.start_mark.line + 1, node.start_mark.column + 1)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(key_node, path, "a key must be text, not a list or a mapping", "write 'key: value'")
                continue
            key = str(key_node.value)
            if not _is_text(key):
                self._report(key_node, path, f"{shown(key)} is {_HALF}", "")
                continue
            here = (*path, key)
            if key in values:
                lines = f"line {self.key_marks[here].line} and line {self.mark(key_node).line}"
                self._report(key_node, path, f"duplicate key {shown(key)}, on {lines}", "keep one of the two")
                continue
            self.key_marks[here] = self.mark(key_node)
            values[key] = self.visit(value_node, here)
        return values

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> object:
        try:
            return _CONSTRUCTORS[node.tag](str(node.value))
        except ValueError as error:
            self._report(node, path, f"{shown(str(node.value))} is {error}", "")
            self.unreadable.add(path)
            return None

    def _report(self, node: yaml.Node, path: KeyPath, message: str, hint: str) -> None:
        self.problems.append(locate(Flaw(path, message, hint), self.mark(node)))


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("neither true nor false")
    return text.lower() == "true"


def _whole(text: str) -> int:
    try:
        # Python refuses to read thousands of digits, and takes its time for hundreds.
        number = int(text) if len(text) < 40 else MAX_WHOLE + 1
    except ValueError:
        raise ValueError("not a whole number") from None
    if abs(number) > MAX_WHOLE:
        raise ValueError("too large a number")
    return number


def _real(text: str) -> float:
    try:
        return float(text.replace(".", "") if text.lower().lstrip("+-") in (".inf", ".nan") else text)
    except ValueError:
        raise ValueError("not a number") from None


def _text(text: str) -> str:
    if not _is_text(text):
        raise ValueError(_HALF)
    return text


def _is_text(text: str) -> bool:
    """False for an escaped surrogate, half a character, which no file or terminal takes."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _null(_text: str) -> None:
    return None


_CONSTRUCTORS: Mapping[str, Callable[[str], object]] = {
    NULL: _null,
    BOOL: _truth,
    INT: _whole,
    FLOAT: _real,
    STR: _text,
}
"""Tag to value; `ValueError` where an explicit tag promises what the text isn't, or a number is out of reach."""
