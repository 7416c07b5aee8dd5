"""Which side of the verdicts is wanted; imports nothing, so that a command's help is quick."""

from enum import StrEnum


class Only(StrEnum):
    """Pairings that work (`works`, `slow`), or the mismatched ones."""

    WORKS = "works"
    MISMATCHED = "mismatched"
