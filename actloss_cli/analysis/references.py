"""The reference of a task: the best pairing on validation that no seed of either phase shows to be unreliable."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from actloss_cli.analysis.evidence import Evidence, TaskFacts
from actloss_cli.plan.selection import TARGET_SHARE, Floats, clip_at_floor, epochs_to_reach, ties_with


@dataclass(frozen=True)
class Reference:
    """What pairings are held against. n seeds, N test rows."""

    pairing_id: str
    label: str
    score: Floats
    """`[n]`"""
    row_scores: Floats
    """`[n, N]`"""
    target: float
    """The validation score that counts as reached when speed is compared."""
    steps: Floats
    """`[n]`: to the target; infinite for a miss."""

    @cached_property
    def mean_score(self) -> float:
        """Over seeds."""
        return float(self.score.mean())


def select_reference(evidence: Sequence[Evidence], floor: float, fail_share: float) -> Evidence | None:
    """Gives the pairing with the highest mean validation score over all its seeds, tune and final, at its chosen rate.

    Three tune seeds alone would let a pairing win by luck that fails on every fourth seed, and all others would be held
    against it; no test score takes part. Candidates must be reliable: no seed may have turned non-finite, crashed, or
    collapsed, that is ended below `fail_share` of the pairing's own mean gain, so that no other pairing decides on it.
    Ties (`ties_with`) go to the faster (median over seeds of the epochs to `TARGET_SHARE` of the best mean), then by
    name. None without candidates. Final once all pairings have all their trials.
    """
    candidates = sorted(filter(_may_be_reference, evidence), key=lambda one: one.label)
    if not candidates:
        return None
    curves = _curves_of_all_seeds(candidates, floor)
    final = curves[..., -1]
    is_reliable = final.min(axis=1) >= floor + fail_share * (final.mean(axis=1) - floor)
    if not is_reliable.any():
        return None
    reliable, final = np.flatnonzero(is_reliable), final[is_reliable]
    best = int(final.mean(axis=1).argmax())
    target = floor + TARGET_SHARE * (final[best].mean() - floor)
    tied = reliable[ties_with(final, best)]
    epochs = np.median(epochs_to_reach(curves[tied], target), axis=1)
    return candidates[int(tied[epochs.argmin()])]


def make_reference(evidence: Evidence, row_scores: Floats, task: TaskFacts) -> Reference:
    """Gives what a pairing whose final trials are all there sets for the others; `row_scores` `[n, N]` are its own."""
    finals = evidence.finals
    reached = np.nan_to_num(finals.validation_score[:, -1], nan=task.floor).mean()
    target = float(task.floor + TARGET_SHARE * (reached - task.floor))
    return Reference(
        pairing_id=evidence.pairing_id,
        label=evidence.label,
        score=finals.score,
        row_scores=row_scores,
        target=target,
        steps=epochs_to_reach(finals.validation_score, target) * task.steps_per_epoch,
    )


def _may_be_reference(evidence: Evidence) -> bool:
    tuning, finals = evidence.tuning, evidence.finals
    return (
        not evidence.invalid
        and tuning.choice is not None
        and tuning.n_missing == tuning.n_lost == 0
        and tuning.n_failed[tuning.choice.index] == 0
        and len(finals.trials) > 0
        and bool(finals.finished.all())
        and finals.n_diverged == 0
    )


def _curves_of_all_seeds(candidates: Sequence[Evidence], floor: float) -> Floats:
    """`[P, K, E]`: validation scores of all K seeds at the chosen learning rate, tune seeds first."""
    tunings = [one.tuning for one in candidates]
    tune = np.stack([tuning.validation_score[tuning.choice.index] for tuning in tunings if tuning.choice])
    return np.concatenate([clip_at_floor(tune, floor), [one.finals.validation_score for one in candidates]], axis=1)
