"""Reads the provenance of the sessions that wrote to a run. Imports no YAML: reports start with it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from actloss_cli.errors import ExitCode, UserError, user_error
from actloss_cli.store.folder import PROVENANCE


def read_sessions(folder: Path) -> Sequence[Mapping[str, Any]]:
    """The provenance of each session that wrote to a run, oldest first; none where the file is not there.

    Raises if it is damaged.
    """
    path = folder / PROVENANCE
    if not path.exists():
        return []
    try:
        sessions = json.loads(path.read_text(encoding="utf-8"))
    except OSError as refusal:
        raise damaged_file(path, f"can't be read: {refusal.strerror}") from refusal
    except ValueError:
        sessions = None
    if not (isinstance(sessions, list) and all(isinstance(session, dict) for session in sessions)):
        raise damaged_file(path, "it holds no list of sessions")
    return sessions


def damaged_file(path: Path, why: str) -> UserError:
    """The user's error for a file beside the database that is not as it was written."""
    return user_error(
        f"'{path}' is damaged: {why}", hint="restore it from a copy, or move it away", code=ExitCode.RESULTS
    )
