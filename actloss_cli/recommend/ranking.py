"""The order of pairings after a rung, by their validation scores alone: no test score and no final seed takes part."""

import numpy as np

from actloss_cli.analysis.trial_table import TrialTable
from actloss_cli.plan.selection import clip_at_floor
from actloss_cli.store.data import RunData


def rank_pairings(run: RunData) -> list[str]:
    """Ids of the pairings of a rung of one task, the best first.

    A pairing counts by the mean over seeds of its validation score after the last epoch, at the learning rate that is
    chosen for it as in any run; what turned non-finite or crashed counts as the floor. Ties go to the better mean over
    all epochs, then by name.
    """
    table = TrialTable.of(run)
    (task,) = table.tasks()
    keys: dict[str, tuple[float, float, str]] = {}
    for one in table.evidence(task):
        if one.tuning.choice is None:
            continue
        curves = np.nan_to_num(
            clip_at_floor(one.tuning.validation_score[one.tuning.choice.index], task.floor), nan=task.floor
        )  # (S, E)
        keys[one.pairing_id] = -float(curves[:, -1].mean()), -float(curves.mean()), one.label
    return sorted(keys, key=keys.__getitem__)
