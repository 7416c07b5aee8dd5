"""The table of all pairings, column by column, as the page's script takes it: the same columns as a pairing's row."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from actloss_cli.analysis.pairing_row import FUNCTIONS
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.number_format import format_interval, format_lr, format_score, format_steps
from actloss_cli.report.verdict_style import STYLES, VERDICTS

_DIGITS = 6
"""Significant ones of the numbers that rows are sorted by."""

_NUMBERS: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("score", "score", format_score),
    ("relative", "of reference", format_score),
    ("lr", "lr", format_lr),
    ("steps_to_target", "steps", format_steps),
)
"""Column, title, and how its numbers are written."""
_WORDS = (("probability_grade", "probabilities"), ("predicted", "predicted"), ("cause_name", "cause"))


def records(analysis: Analysis) -> dict[str, Any]:
    """Everything that the list needs of P pairings, in the plan's order.

    `ids` `[P]`; `verdicts`: word, symbol and meaning of each; `columns`: key, title and either `levels` with
    their places `at` `[P]`, or `text` `[P]`, with `value` `[P]` to sort by, null where missing, `Infinity` as a text.
    """
    pairings = analysis.pairings
    return {
        "ids": pairings.index.tolist(),
        "verdicts": [{"verdict": style.verdict, "symbol": style.symbol, "meaning": style.meaning} for style in STYLES],
        "columns": list(_columns(pairings)),
    }


def _columns(pairings: pd.DataFrame) -> Iterator[dict[str, Any]]:
    yield _levels("verdict", "verdict", pairings["verdict"], VERDICTS)
    for name in ("task", *FUNCTIONS):
        yield _levels(name, name, pairings[name])
    for name, title, write in _NUMBERS:
        numbers = pairings[name].tolist()
        yield _texts(name, title, [write(number) for number in numbers], numbers)
        if name == "score":
            bounds = zip(pairings["score_low"].tolist(), pairings["score_high"].tolist(), strict=True)
            yield _texts("interval", "95 % interval", [format_interval(*pair) for pair in bounds], None)
    for name, title in _WORDS:
        yield _levels(name, title, pairings[name])


def _levels(key: str, title: str, column: pd.Series, levels: tuple[str, ...] | None = None) -> dict[str, Any]:
    found = list(levels or map(str, column.unique()))
    places = {level: place for place, level in enumerate(found)}
    return {"key": key, "title": title, "levels": found, "at": [places[level] for level in column.tolist()]}


def _texts(key: str, title: str, text: list[str], value: list[float] | None) -> dict[str, Any]:
    column: dict[str, Any] = {"key": key, "title": title, "text": text}
    return column | ({"value": [_sortable(number) for number in value]} if value else {})


def _sortable(number: float) -> float | str | None:
    if np.isfinite(number):
        return float(f"{number:.{_DIGITS}g}")
    return None if np.isnan(number) else str(number).replace("inf", "Infinity")
