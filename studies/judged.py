"""Final trials of two pairings, wherever drawn from, held against each other by the rules in force: gives a verdict."""

from dataclasses import dataclass

import numpy as np

from actloss_cli.analysis.comparison import compare
from actloss_cli.analysis.evidence import Evidence, Finals, TaskFacts, Tuning
from actloss_cli.analysis.references import make_reference
from actloss_cli.analysis.verdicts import VerdictName, judge
from actloss_cli.plan.selection import Floats, LrChoice
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.theory.frozen import Frozen

THRESHOLDS = Thresholds()
MARGIN_SHARE = 1 - THRESHOLDS.margin
"""What a pairing must keep of the reference's gain."""

_TUNING = Tuning(np.ones((1, 1, 1), np.float32), 1, 0, 0, np.zeros(1, int), np.zeros(1, int), LrChoice(0, 0.1, None))


@dataclass(frozen=True)
class Drawn:
    """The final trials of one pairing. n seeds, N test rows."""

    rows: Floats
    """`[n, N]`: each test row's share in each seed's score."""
    epochs: Floats
    """`[n]`: until the validation score comes up from the floor."""


def verdict_of(pairing: Drawn, reference: Drawn, task: TaskFacts) -> VerdictName:
    """Gives the verdict on a pairing that was tuned without fault, on the seeds and test rows of its reference."""
    x, x_rows = _evidence(pairing, "pairing", task)
    r, r_rows = _evidence(reference, "reference", task)
    comparison = compare(x, x_rows, make_reference(r, r_rows, task), task, THRESHOLDS)
    return judge(x, comparison, None, THRESHOLDS).name


def row_weights(task: TaskFacts) -> Floats:
    """`[N]`: what a test row weighs in a score, which is the mean over strata of the mean in each."""
    count = np.bincount(task.strata)
    return 1 / (np.count_nonzero(count) * count[task.strata])


def _evidence(drawn: Drawn, label: str, task: TaskFacts) -> tuple[Evidence, Floats]:
    """With the rows as analysis takes them: at the floor, like the score, where a seed fell below it."""
    score = drawn.rows @ row_weights(task)
    is_below = score < task.floor
    rows: Floats = np.where(is_below[:, None], task.floor, drawn.rows)
    finals = Finals(
        trials=np.arange(len(score)),
        score=np.where(is_below, task.floor, score),
        validation_score=np.where(np.arange(1, task.epochs + 1) >= drawn.epochs[:, None], 1.0, task.floor),
        n_missing=0,
        n_lost=0,
        n_diverged=0,
    )
    theory = Frozen((), proper=False)
    return Evidence(label, label, {}, invalid="", theory=theory, tuning=_TUNING, finals=finals), rows
