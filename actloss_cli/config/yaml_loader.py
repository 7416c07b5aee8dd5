"""YAML text to PyYAML's nodes, within bounds: YAML 1.2's scalars on PyYAML's parser. Constructs no values.

Unlike YAML 1.1, `1e-3` is a number, `no` and `off` are text, `1:30` is not sexagesimal and `<<` merges nothing.
"""

import re

import yaml

MAX_DEPTH = 20
MAX_NODES = 15_000
"""A resolved config has about 200 for each task; that many are read in well under a second."""
MAX_ALIASES = 100

NULL, BOOL, INT, FLOAT, STR, SEQ, MAP = (
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map")
)

SCALAR_RESOLVERS: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    (NULL, re.compile(r"(?:~|null|Null|NULL|)\Z"), ("~", "n", "N", "")),
    (BOOL, re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), tuple("tTfF")),
    (INT, re.compile(r"[-+]?[0-9]+\Z"), tuple("-+0123456789")),
    (FLOAT, re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"), tuple("-+.0123456789")),
    (FLOAT, re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"), tuple("-+.")),
)
"""Tag, pattern and first characters of each kind of plain scalar in YAML 1.2's core schema; all others are text."""


class BoundedLoader(yaml.SafeLoader):
    """PyYAML's pure-Python loader (the C one overruns its stack on deep nesting), bounded while it composes.

    Events are parsed as they are composed, so text beyond a bound is never read.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._n_nodes = 0
        self._n_aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """As PyYAML's, but raises `MarkedYAMLError` beyond a bound, before it descends."""
        self._n_nodes += 1
        self._n_aliases += self.check_event(yaml.AliasEvent)
        self._depth += 1
        for count, bound, what in (
            (self._depth, MAX_DEPTH, "nested more than {} deep"),
            (self._n_nodes, MAX_NODES, "more than {} values"),
            (self._n_aliases, MAX_ALIASES, "more than {} aliases"),
        ):
            if count > bound:
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # in the stubs
                raise out_of_bounds(what.format(bound), mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


BoundedLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in SCALAR_RESOLVERS:
    BoundedLoader.add_implicit_resolver(_tag, _pattern, _first)


def out_of_bounds(problem: str, mark: yaml.Mark) -> yaml.MarkedYAMLError:
    """The error for text that no config needs; its note is the hint."""
    note = "no config needs that: is this the right file?"
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark, note=note)


def compose(text: str) -> yaml.Node | None:
    """The root of the only document, None where there is none. Raises `MarkedYAMLError` for whatever is wrong."""
    loader = BoundedLoader(text)
    try:
        if not loader.check_node():
            return None
        root: yaml.Node | None = loader.get_node()
        if loader.check_node():
            mark = loader.peek_event().start_mark  # type: ignore[no-untyped-call]  # in the stubs
            note = "a config is one document: remove the '---' and what doesn't belong"
            raise yaml.MarkedYAMLError(problem="a second YAML document begins here", problem_mark=mark, note=note)
        return root
    except (ValueError, OverflowError):
        # PyYAML hands escapes and version numbers to chr() and int() unchecked.
        note = "the highest character is \\U0010FFFF"
        raise yaml.MarkedYAMLError(
            problem="an escape or a version is out of range", problem_mark=loader.get_mark(), note=note
        ) from None
    finally:
        loader.dispose()
