"""Fetched data on disk: one file of plain arrays per dataset, with its checksum beside it. Fetches nothing."""

import hashlib
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from actloss_cli.datasets.error import DatasetError, quoted_path
from actloss_cli.replacing import replace_file

Arrays: TypeAlias = Mapping[str, NDArray[Any]]
"""Numbers, truth values or unicode text by name; nothing that would need a pickle."""

FOLDER_VARIABLE = "ACTLOSS_CACHE"


def cached_path(name: str) -> Path:
    """Where the dataset of that name lies once it was fetched: in the folder ACTLOSS_CACHE, else the user's cache."""
    if folder := os.environ.get(FOLDER_VARIABLE):
        return Path(folder).expanduser() / f"{name}.npz"
    from platformdirs import user_cache_path

    return user_cache_path("actloss", appauthor=False) / f"{name}.npz"


def openml_name(name_or_id: str) -> str:
    """The name under which a dataset of OpenML is stored."""
    return f"openml-{name_or_id.lower()}"


def is_stored(name: str) -> bool:
    """Whether the dataset of that name lies there, whole; its checksum is not compared."""
    path = cached_path(name)
    return path.exists() and _checksum_path(path).exists()


def read(name: str) -> Arrays | None:
    """What was stored under that name, None if nothing was; raises `DatasetError` where the file was changed since."""
    path = cached_path(name)
    try:
        expected, content = _checksum_path(path).read_bytes(), path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(path, error) from None
    if expected != _checksum_line(content, path):
        raise DatasetError(f"{quoted_path(str(path))} doesn't match its checksum", "remove it: it is fetched again")
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return dict(stored)


def store(name: str, arrays: Arrays) -> None:
    """Keeps the arrays under that name, replacing what was there; raises `DatasetError` where they can't be written."""
    path = cached_path(name)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **dict[str, Any](arrays))
    content = buffer.getvalue()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Without its checksum a file is not there, so the checksum comes last.
        _checksum_path(path).unlink(missing_ok=True)
        replace_file(path, content)
        replace_file(_checksum_path(path), _checksum_line(content, path))
    except OSError as error:
        raise _refused(path, error) from None


def _checksum_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _checksum_line(content: bytes, path: Path) -> bytes:
    """As `sha256sum` writes it, so that `sha256sum --check` can read it."""
    return f"{hashlib.sha256(content).hexdigest()}  {path.name}\n".encode()


def _refused(path: Path, error: OSError) -> DatasetError:
    return DatasetError(
        f"can't use {quoted_path(str(path))} for fetched data: {error.strerror}",
        f"set {FOLDER_VARIABLE} to a folder that can be written to",
    )
