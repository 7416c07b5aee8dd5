"""Notes that a run is complete as asked, so that asking for it again needs neither torch nor the data.

The note holds what the answer depends on: the config's text, the settings of the command line, the code, the libraries,
and the state of every file that was read or written. Where anything differs, there is no answer, and the run is asked
for in full.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from actloss_cli.replacing import replace_file
from actloss_cli.store.schema import DATABASE

NOTE = "complete.json"
_LIBRARIES = ("torch", "numpy", "scikit-learn", "pandas")
_PACKAGE = Path(__file__).resolve().parent.parent

FileState = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""


@dataclass(frozen=True)
class Completion:
    """A complete run."""

    folder: Path
    n_trials: int


def asked_key(config: Path | str, settings: Sequence[str]) -> str:
    """What is asked for, and with which code: the same key, the same trials, if the data are the same.

    `config` is its file or, of one that has none, its text.
    """
    # Relative paths of data start from the folder.
    content, folder = (
        (config.encode(), Path.cwd()) if isinstance(config, str) else (config.read_bytes(), config.resolve().parent)
    )
    digest = hashlib.sha256(content)
    versions = [f"{name} {version(name)}" for name in _LIBRARIES]
    for part in (str(folder), str(Path.cwd()), *settings, *versions, *code_state()):
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()


def note_completion(folder: Path, key: str, n_trials: int, data: Iterable[Path]) -> None:
    """Notes it in the run's folder; `data` are the files that the tasks' rows come from."""
    files = {str(path.resolve()): _state(path) for path in (*data, folder / DATABASE)}
    noted = json.dumps({"asked": key, "n_trials": n_trials, "files": files}, indent=2) + "\n"
    replace_file(folder / NOTE, noted.encode())


def forget_completion(folder: Path) -> None:
    """Before anything in the folder changes."""
    (folder / NOTE).unlink(missing_ok=True)


def find_completion(results: Path, key: str) -> Completion | None:
    """The run below `results` that is complete for this key, with every file as it was; else None."""
    for note in sorted(results.glob(f"*/{NOTE}")):
        try:
            noted = json.loads(note.read_text(encoding="utf-8"))
            unchanged = all(_state(Path(path)) == tuple(state) for path, state in noted["files"].items())
            if noted["asked"] == key and unchanged:
                return Completion(note.parent, int(noted["n_trials"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # a note that can't be read, or a file that is gone, is no answer
    return None


def _state(path: Path) -> FileState:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def code_state() -> list[str]:
    """Every file of the package with its state: an edit in a checkout counts, too."""
    return [f"{path.relative_to(_PACKAGE)} {_state(path)}" for path in sorted(_PACKAGE.rglob("*.py"))]
