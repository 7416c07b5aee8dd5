"""One row of a frame by its label, with the type that a label which occurs once gives."""

from collections.abc import Iterator

import pandas as pd


def row_at(frame: pd.DataFrame, label: str) -> pd.Series:
    """The row; raises KeyError where there is none."""
    row = frame.loc[label]
    assert isinstance(row, pd.Series), f"{label} occurs twice"
    return row


def rows_of(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Each label, as text, with its row."""
    for label, row in frame.iterrows():
        yield str(label), row


def of_task(pairings: pd.DataFrame, task: str) -> pd.DataFrame:
    """A task's pairings, in the plan's order."""
    return pairings[pairings["task"] == task]
