"""Writes files that a user may have changed since: never over one that is there, unless told to."""

from pathlib import Path

from actloss_cli.errors import user_error


def write_new(path: Path, content: str | bytes, *, force: bool) -> None:
    """Raises `UserError` where the file is there and `force` is not given, and where it can't be written."""
    data = content.encode() if isinstance(content, str) else content
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(data)
    except FileExistsError:
        raise user_error(f"'{path}' is there already", hint="name another file, or replace it with --force") from None
    except OSError as refusal:
        raise user_error(f"'{path}' can't be written: {refusal.strerror or 'unwritable'}") from None
