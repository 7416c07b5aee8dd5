"""What is wrong in a config, by the keys that lead to it; and how such flaws travel out of a pydantic validator."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from actloss_cli.config.wording import shown

KeyPath: TypeAlias = tuple[str | int, ...]
"""The keys and indices from the top of a config down to a value."""

FLAW = "flaw"
"""The type of pydantic error that carries a flaw of ours, already in words."""


@dataclass(frozen=True)
class Flaw:
    """A problem whose place in the text is not looked up yet."""

    path: KeyPath
    message: str
    hint: str = ""
    key: str = ""
    """Where the problem is a key of the mapping at `path`: that key, and the place is the key's own."""


def carried(flaws: Iterable[Flaw]) -> ValidationError:
    """The flaws as what a validator raises; pydantic puts the path to the validated value in front of theirs."""
    return ValidationError.from_exception_data(
        "config",
        [
            InitErrorDetails(
                type=PydanticCustomError(
                    FLAW, "{message}", {"message": flaw.message, "hint": flaw.hint, "key": flaw.key}
                ),
                loc=flaw.path,
                input=None,
            )
            for flaw in flaws
        ],
    )


def key_path_text(path: KeyPath) -> str:
    """As messages show it: `tasks[0].dataset`; a key that would spoil a line is quoted."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{_key_text(part)}" for part in path)
    return "".join(parts).removeprefix(".")


def _key_text(key: str) -> str:
    return key if key.isidentifier() and len(key) <= 40 else shown(key)
