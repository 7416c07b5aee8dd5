"""Learning curves of one pairing's final trials, summed up over seeds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actloss_cli.plan.selection import TARGET_SHARE, clip_at_floor
from actloss_cli.report.frame_rows import row_at
from actloss_cli.store.data import RunData


@dataclass(frozen=True)
class FinalCurves:
    """Validation score after each of E epochs; a seed that is non-finite or below the floor counts as the floor."""

    median: NDArray[np.float64]
    """`[E]`"""
    lower_quartile: NDArray[np.float64]
    upper_quartile: NDArray[np.float64]
    n_seeds: int
    n_diverged: int


def final_curves(run: RunData, pairing_id: str) -> FinalCurves:
    """Over the final trials that came to an end; arrays are empty without one."""
    trials = run.trials
    chosen = ((trials["pairing_id"] == pairing_id) & (trials["phase"] == "final")).to_numpy()
    facts = row_at(run.tasks, row_at(run.pairings, pairing_id)["task"])
    curves = run.validation_score[chosen, : int(facts["epochs"])]
    return sum_up_curves(curves, trials["status"].to_numpy()[chosen], float(facts["floor"]))


def sum_up_curves(validation_score: NDArray[np.float32], status: NDArray[np.object_], floor: float) -> FinalCurves:
    """The same from the final trials' curves `[S, E]` and how each ended `[S]`."""
    scores = clip_at_floor(validation_score[np.isin(status, ["done", "diverged"])], floor)
    if not len(scores):
        empty = np.empty(0)
        return FinalCurves(empty, empty, empty, 0, 0)
    lower, median, upper = np.quantile(np.where(np.isnan(scores), floor, scores), (0.25, 0.5, 0.75), axis=0)
    return FinalCurves(median, lower, upper, len(scores), int((status == "diverged").sum()))


def target_score(run: RunData, reference: str | None, floor: float) -> float | None:
    """The validation score by which speed is measured; None without a reference."""
    if reference is None:
        return None
    finals = run.trials[(run.trials["pairing_id"] == reference) & (run.trials["phase"] == "final")]
    return floor + TARGET_SHARE * (float(finals["validation_score"].fillna(floor).clip(lower=floor).mean()) - floor)
