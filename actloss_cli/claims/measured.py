"""A run as claims read it: its pairings with all that a side can name, and each one's values on its final seeds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from actloss_cli.analysis import Analysis, analyse
from actloss_cli.analysis.evidence import Evidence, TaskFacts
from actloss_cli.analysis.trial_table import TrialTable
from actloss_cli.analysis.variance_shares import speed_target
from actloss_cli.claims.metrics import Metric, Scene
from actloss_cli.plan.selection import Floats
from actloss_cli.store.data import RunData


@dataclass(frozen=True)
class Measured:
    """One run, grouped once: claims ask for the same pairings again and again."""

    run: RunData
    analysis: Analysis
    table: TrialTable
    tasks: Mapping[str, TaskFacts]
    evidence: Mapping[str, Evidence]
    """By pairing id."""
    pairings: pd.DataFrame
    """Those that can be trained, index `pairing_id`: task, kind, dataset, model and the four functions."""

    @classmethod
    def of(cls, run: RunData) -> "Measured":
        """Chooses learning rates and references, as a report does."""
        table = TrialTable.of(run)
        tasks = {task.label: task for task in table.tasks()}
        evidence = {one.pairing_id: one for task in tasks.values() for one in table.evidence(task)}
        trained = run.pairings[run.pairings["invalid"] == ""]
        of_task = run.tasks[["kind", "dataset"]].assign(model=[_model(str(label)) for label in run.tasks.index])
        columns = ["task", "kind", "dataset", "model", "activation", "output", "loss", "optimizer"]
        return cls(run, analyse(run), table, tasks, evidence, trained.join(of_task, on="task")[columns])

    def scene(self, task: TaskFacts, target: float | None = None) -> Scene:
        """Where values of a task's pairings are read; `target` is the task's own where none is given."""
        reference = self.analysis.references.get(task.label)
        gain = float(self.analysis.pairings["score"][reference]) - task.floor if reference else None
        bad_below = None if gain is None else task.floor + self.run.thresholds.fail_share * gain
        return Scene(self.table, task, speed_target(self.analysis, task) if target is None else target, bad_below)

    def target(self, task: str) -> float | None:
        """The validation score that counts as reached."""
        return speed_target(self.analysis, self.tasks[task])

    def values(self, pairing_id: str, metric: Metric, target: float | None = None) -> Floats:
        """`[n]` on the scale that is tested; NaN where a seed has none."""
        task = self.tasks[str(self.pairings["task"][pairing_id])]
        values = metric.values(self.scene(task, target), self.evidence[pairing_id].finals)
        return np.log(values) if metric.is_ratio else np.asarray(values, np.float64)

    def rows(self, pairing_id: str) -> Floats:
        """`[n, N]`: test rows' shares in the scores."""
        task = self.tasks[str(self.pairings["task"][pairing_id])]
        return self.table.row_scores(self.evidence[pairing_id].finals, task)

    def n_absent(self, pairing_id: str) -> int:
        """Final trials that are asked for and did not come to an end."""
        return int((~self.evidence[pairing_id].finals.finished).sum())


def _model(task: str) -> str:
    """The label of a task's model, which follows the task's own where a config has several models; "" of the only."""
    return task.partition("/")[2]
