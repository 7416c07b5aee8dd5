"""Arrays of a run's trials, kept as they are stored and unpacked when asked for, since few reports ask for all."""

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actloss_cli.store.blobs import unpack, unpack_all
from actloss_cli.store.checks import unreadable


class Unpacked(Mapping[str, NDArray[np.float32]]):
    """By trial. Asking for one that is damaged raises `UserError`, as reading the run would."""

    def __init__(
        self,
        path: Path,
        row_of: Mapping[str, int],
        tasks: Sequence[str],
        blobs: Sequence[bytes | None],
        shapes: Mapping[str, tuple[int, ...]],
    ) -> None:
        """By row each trial's task and blob, None where it has no array; `shapes` are those of a task's arrays."""
        self._path, self._row_of, self._tasks, self._blobs, self._shapes = path, row_of, tasks, blobs, shapes

    def __getitem__(self, trial: str) -> NDArray[np.float32]:
        blob = self._blob(trial)
        with self._damage_named():
            return unpack(blob).reshape(self._shape(trial))

    def stack(self, trials: Sequence[str]) -> NDArray[np.float32]:
        """Those of n trials of one task, at least one, as one array `[n, ...]`, which is not to be written to."""
        blobs, shape = [*map(self._blob, trials)], self._shape(trials[0])
        with self._damage_named():
            values, lengths = unpack_all(blobs)
            if (lengths != math.prod(shape)).any():
                raise ValueError("an array has values too few or too many")
            return values.reshape(len(trials), *shape)

    def __contains__(self, trial: object) -> bool:
        row = self._row_of.get(trial) if isinstance(trial, str) else None
        return row is not None and self._blobs[row] is not None  # without unpacking it

    def __iter__(self) -> Iterator[str]:
        return (trial for trial, row in self._row_of.items() if self._blobs[row] is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _blob(self, trial: str) -> bytes:
        blob = self._blobs[self._row_of[trial]]
        if blob is None:
            raise KeyError(trial)
        return blob

    def _shape(self, trial: str) -> tuple[int, ...]:
        return self._shapes[self._tasks[self._row_of[trial]]]

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        try:
            yield
        except (zlib.error, ValueError) as damage:
            raise unreadable(self._path, damage) from damage


def stack_arrays(arrays: Mapping[str, NDArray[np.float32]], trials: Sequence[str]) -> NDArray[np.float32]:
    """Those of n trials of one task, at least one, as one array `[n, ...]`; thousands are unpacked together."""
    return arrays.stack(trials) if isinstance(arrays, Unpacked) else np.stack([arrays[trial] for trial in trials])
