"""A folder that can't be written to, as the user's error."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actloss_cli.errors import ExitCode, user_error


@contextmanager
def refusal_named(folder: Path) -> Iterator[None]:
    """Raises `UserError` where the system refuses to write a report to the folder."""
    try:
        yield
    except OSError as refusal:
        raise user_error(
            f"cannot write {refusal.filename or folder}: {refusal.strerror or refusal}",
            hint="the results themselves are fine; free space or make the folder writable, then report again",
            code=ExitCode.RESULTS,
        ) from refusal
