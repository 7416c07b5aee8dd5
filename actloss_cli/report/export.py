"""Tables for other programs: their stable columns, and CSV, JSON or Parquet, into a file or onto standard output."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.engine.diagnostic_names import diagnostic_columns, diagnostic_epochs
from actloss_cli.errors import user_error
from actloss_cli.report.escape import csv_text
from actloss_cli.report.json_text import lines
from actloss_cli.store.data import RunData

_TRIAL_FIRST = ("trial", "pairing_id", "task", "activation", "output", "loss", "optimizer")
_TRIAL_NEXT = ("phase", "seed", "lr", "status", "diverged_epoch", "n_train", "score")


def pairings_table(analysis: Analysis) -> pd.DataFrame:
    """One row per task and pairing, `pairing_id` as its last column, since the names come first."""
    return analysis.pairings.assign(pairing_id=analysis.pairings.index).reset_index(drop=True)


def trials_table(run: RunData) -> pd.DataFrame:
    """One row per stored trial that the plan in force asks for.

    Columns: trial, its pairing's names, phase, seed, lr, status, score, then every metric.
    """
    names = run.pairings.drop(columns=["invalid", "theory"])
    joined = run.trials.join(names, on="pairing_id").reset_index(names="trial")
    first = [*_TRIAL_FIRST, *_TRIAL_NEXT]
    return joined[[*first, *(name for name in joined.columns if name not in first)]]


def diagnostics_table(run: RunData) -> pd.DataFrame:
    """Every trial's diagnostics in long form: trial, epoch, name, layer, value.

    Epochs are those trained, 0 is before the first step; layers count from 1, missing for what is of the whole model.
    """
    of_trials = run.trials["pairing_id"].map(run.pairings["task"])
    of_trials = of_trials[~of_trials.index.duplicated()]
    frames = []
    for task, trials in of_trials.groupby(of_trials, sort=False):
        points = {str(trial): run.diagnostics[trial] for trial in trials.index if trial in run.diagnostics}
        epochs, n_hidden = run.tasks.loc[task, ["epochs", "hidden"]]
        frames.append(_points_frame(points, int(epochs), int(n_hidden)))
    return pd.concat(frames, ignore_index=True) if frames else _points_frame({}, epochs=1, n_hidden=0)


def _points_frame(points: Mapping[str, NDArray[np.float32]], epochs: int, n_hidden: int) -> pd.DataFrame:
    """Of trials with the same budget and depth, `[K, M]` each."""
    E, columns = diagnostic_epochs(epochs), diagnostic_columns(n_hidden)
    names, layers = zip(*columns, strict=True)
    T, K, M = len(points), len(E), len(columns)
    return pd.DataFrame(
        {
            "trial": np.repeat(np.array(list(points), object), K * M),
            "epoch": np.tile(np.repeat(E, M), T),
            "name": np.tile(np.array(names, object), T * K),
            "layer": pd.array(layers, "Int64").take(np.tile(np.arange(M), T * K)),
            "value": np.concatenate([np.empty(0, np.float32), *points.values()], axis=None),
        }
    )


def write_table(frame: pd.DataFrame, file_format: str, destination: Path | str) -> None:
    """Writes the columns, without the index, as one of `FORMATS`, to a file, or to standard output for `-`.

    CSV has an apostrophe before a text that a spreadsheet would take for a formula, and `inf` for an infinite number;
    JSON is a list of rows with null for what is missing or infinite; Parquet holds the frame as it is. Raises
    `UserError` if the file can't be written.
    """
    write = FORMATS[file_format]
    if destination == "-":
        write(frame, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    try:
        with Path(destination).open("wb") as file:
            write(frame, file)
    except OSError as error:
        raise user_error(f"cannot write {destination}: {error.strerror or error}") from error


def neutralise(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with every text cell as `csv_text` makes it; numbers stay numbers."""
    texts = frame.select_dtypes(["object", "string"]).columns
    return frame.assign(**{name: frame[name].map(csv_text, na_action="ignore") for name in texts})


def _write_csv(frame: pd.DataFrame, file: BinaryIO) -> None:
    neutralise(frame).to_csv(file, index=False, lineterminator="\n")


def _write_json(frame: pd.DataFrame, file: BinaryIO) -> None:
    file.writelines(line.encode() for line in lines(frame))


def _write_parquet(frame: pd.DataFrame, file: BinaryIO) -> None:
    frame.to_parquet(file, index=False)


FORMATS: Mapping[str, Callable[[pd.DataFrame, BinaryIO], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "parquet": _write_parquet,
}
"""Format to its writer."""
