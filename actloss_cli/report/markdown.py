"""Pieces of Markdown that GitHub shows as they were meant: text, code, tables. Knows nothing of what they say."""

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_|>\[\]])")


def plain(text: str) -> str:
    """Text without markup, for a paragraph or a table's cell."""
    return _SPECIAL.sub(r"\\\1", text).replace("<", "&lt;")  # not all of Markdown's readers know an escaped one


def code(text: str) -> str:
    """Code in a table's cell: there a `|` ends the cell even inside code, unless it is escaped."""
    escaped = text.replace("|", r"\|")
    return f"`{escaped}`"


def lines(parts: Iterable[str]) -> str:
    """A cell of several lines; empty ones are left out."""
    return "<br>".join(part for part in parts if part)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, its columns to the left; cells hold no line breaks of their own."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))
