"""The reference of a task: the best pairing on validation that no seed of either phase shows to be unreliable."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class _Candidate:
    evidence: Evidence
    curves: Floats
    """`[K, E]`: validation scores of all K seeds at the chosen learning rate, tune seeds first."""

    @property
    def final(self) -> Floats:
        return self.curves[:, -1]


def select_reference(evidence: Sequence[Evidence], floor: float, fail_share: float) -> Evidence | None:
    """Gives the pairing with the highest mean validation score over all its seeds, tune and final, at its chosen rate.

    Three tune seeds alone would let a pairing win by luck that fails on every fourth seed, and all others would be held
    against it; no test score takes part. Candidates must be reliable: no seed may have turned non-finite, crashed, or
    collapsed, that is ended below `fail_share` of the pairing's own mean gain, so that no other pairing decides on it.
    Ties (`ties_with`) go to the faster (median over seeds of the epochs to `TARGET_SHARE` of the best mean), then by
    name. None without candidates. Final once all pairings have all their trials.
    """
    candidates = sorted(
        (_candidate(one, floor) for one in evidence if _may_be_reference(one)), key=lambda one: one.evidence.label
    )
    if not candidates:
        return None
    reliable = [one for one in candidates if one.final.min() >= floor + fail_share * (one.final.mean() - floor)]
    if not reliable:
        return None
    final = np.stack([one.final for one in reliable])
    best = int(final.mean(axis=1).argmax())
    target = floor + TARGET_SHARE * (final[best].mean() - floor)
    tied = [reliable[place] for place in np.flatnonzero(ties_with(final, best))]
    return min(tied, key=lambda one: np.median(epochs_to_reach(one.curves, target))).evidence


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


def _candidate(evidence: Evidence, floor: float) -> _Candidate:
    choice = evidence.tuning.choice
    assert choice is not None
    tune = clip_at_floor(evidence.tuning.validation_score[choice.index], floor)
    return _Candidate(evidence, np.concatenate([tune, evidence.finals.validation_score]))
