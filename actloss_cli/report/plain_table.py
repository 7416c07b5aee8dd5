"""Catalogue rows on the terminal: what `actloss list` prints. Folds to any width, cuts nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

_LEAD = ("formula", "summary")
"""Facts that speak for themselves: shown first, without their key."""


def render_rows(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """One entry per row: its name, what it is, then its other facts as `key: value`; empty facts are left out."""
    for row in rows:
        head = Text(str(row["name"]), style="bold")
        for key in _LEAD:
            if key in row:
                head.append(f"  {_cell(row[key])}", style="not bold")
        facts = [f"{key}: {_cell(value)}" for key, value in row.items() if key not in ("name", *_LEAD)]
        console.print(head)
        console.print(Padding(Text("; ".join(fact for fact in facts if not fact.endswith(": ")), "dim"), (0, 0, 0, 4)))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_cell(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_cell(part) for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
