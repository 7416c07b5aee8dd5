"""A finished run, or one under way, as tables and figures. Reads it once, when first asked; writes nothing."""

import os
from functools import cached_property
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from actloss_cli.analysis.pairings import Analysis, analyse
from actloss_cli.report.export import diagnostics_table, pairings_table, trials_table
from actloss_cli.report.figures import draw_named, figure_names
from actloss_cli.report.pairing_search import find_pairings
from actloss_cli.report.pairing_view import pairing_text
from actloss_cli.store.data import RunData
from actloss_cli.store.folder import one_run
from actloss_cli.store.reader import read_curves, read_run


class Results:
    """The run in a folder such as `results/grid`, as it is when it is first read."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Raises `UserError` where the folder holds no run, or several."""
        self.path = one_run(Path(path))

    def __repr__(self) -> str:
        """The call that opens it again."""
        return f"Results({str(self.path)!r})"

    @property
    def n_missing(self) -> int:
        """Trials that are asked for and not there, at least; 0 of a finished run."""
        return self._run.n_missing

    def pairings(self) -> pd.DataFrame:
        """One row per task and pairing, with its verdict, score and cause: what `actloss export` writes."""
        return pairings_table(self._analysis)

    def trials(self) -> pd.DataFrame:
        """One row per trial: its pairing, phase, seed, learning rate, status, score, then every metric."""
        return trials_table(self._run)

    def curves(self) -> pd.DataFrame:
        """Every curve in long form: trial, epoch, step (updates of the optimizer), metric, value."""
        return read_curves(self.path)

    def diagnostics(self) -> pd.DataFrame:
        """Every trial's diagnostics in long form: trial, epoch, name, layer, value."""
        return diagnostics_table(self._run)

    def show(self, pairing: str) -> str:
        """All that is known of `ACTIVATION/OUTPUT/LOSS/OPTIMIZER`, after `TASK/` for one task alone, as text to print.

        Raises `UserError` where there is no such pairing.
        """
        found = find_pairings(self._analysis, pairing)
        return "\n".join(pairing_text(self._run, self._analysis, one) for one in found)

    def figure_names(self) -> list[str]:
        """What `figure` draws: figures of one task, then those of all tasks together."""
        return figure_names(self._analysis)

    def figure(self, name: str, task: str | None = None) -> Figure:
        """One figure of the report; `task` may be left out where there is one.

        Raises `UserError` for a name or task that is not there, and for a figure that has nothing to show yet.
        """
        return draw_named(self._run, self._analysis, name, task)

    @cached_property
    def _run(self) -> RunData:
        return read_run(self.path)

    @cached_property
    def _analysis(self) -> Analysis:
        return analyse(self._run)
