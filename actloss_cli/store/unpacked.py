"""Arrays of a run's trials, kept as they are stored and unpacked when asked for, since few reports ask for all."""

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.store.blobs import unpack
from actloss_cli.store.checks import unreadable


class Unpacked(Mapping[str, NDArray[np.float32]]):
    """By trial. Asking for one that is damaged raises `UserError`, as reading the run would."""

    def __init__(
        self,
        path: Path,
        blobs: Mapping[str, bytes],
        tasks: "pd.Series[str]",
        shapes: Mapping[str, tuple[int, ...]],
    ) -> None:
        """Of `blobs` those of the trials in the index of `tasks`; `shapes` are those of a task's arrays."""
        self._path = path
        of_trials = zip(tasks.index.tolist(), tasks.tolist(), strict=True)
        self._stored = {trial: (blobs[trial], shapes[task]) for trial, task in of_trials if trial in blobs}

    def __getitem__(self, trial: str) -> NDArray[np.float32]:
        blob, shape = self._stored[trial]
        try:
            return unpack(blob).reshape(shape)
        except (zlib.error, ValueError) as damage:
            raise unreadable(self._path, damage) from damage

    def __contains__(self, trial: object) -> bool:
        return trial in self._stored  # without unpacking it

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)
