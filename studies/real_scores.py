"""Real final scores, got through the public command, and comparisons resampled from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from actloss_cli.analysis.evidence import Evidence, TaskFacts
from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.trial_table import TrialTable
from actloss_cli.plan.selection import Floats
from actloss_cli.store.data import RunData
from studies.judged import Drawn
from studies.training import train

CONFIG = Path(__file__).with_name("real.yaml")


@dataclass(frozen=True)
class RealPairing:
    """All final trials of a pairing. S seeds, N test rows; non-finite scores and those below the floor at the floor."""

    label: str
    score: Floats
    """`[S]`"""
    rows: NDArray[np.float32]
    """`[S, N]`: each test row's share in the score."""


@dataclass(frozen=True)
class RealTask:
    """A task of the run, its reference and the other pairings."""

    facts: TaskFacts
    reference: RealPairing
    others: tuple[RealPairing, ...]


def run_real(changes: Sequence[str], n_workers: int) -> list[RealTask]:
    """Trains `real.yaml`, under settings such as `seeds.final=20`, as a user would; raises if that fails."""
    return real_tasks(train(CONFIG, changes, n_workers))


def real_tasks(run: RunData) -> list[RealTask]:
    """The pairings of each task, held against the reference that the report would choose."""
    table = TrialTable.of(run)
    references = analyse(run).references
    tasks = []
    for facts in table.tasks():
        pairings = {one.pairing_id: _real_pairing(one, table, facts) for one in table.evidence(facts)}
        reference = pairings.pop(references[facts.label])
        tasks.append(RealTask(facts, reference, tuple(pairings.values())))
    return tasks


def _real_pairing(evidence: Evidence, table: TrialTable, task: TaskFacts) -> RealPairing:
    rows = table.row_scores(evidence.finals, task).astype(np.float32)
    return RealPairing(evidence.label, evidence.finals.score, rows)


def draw_residuals(
    rng: Generator, *, real: RealTask, pairing: RealPairing, n: int, share: float, with_rows: bool
) -> tuple[Drawn, Drawn]:
    """Draws n of the seeds, scores shifted: over all seeds the pairing keeps just that share of the reference's gain.

    The same seeds for both, with replacement; with rows, test rows too are drawn anew, within each class.
    """
    seeds = rng.integers(len(pairing.score), size=n)
    columns = _resampled(rng, real.facts.strata) if with_rows else None
    floor = real.facts.floor
    shift = share * (real.reference.score.mean() - floor) - (pairing.score.mean() - floor)
    x, r = (_rows_of(one, seeds, columns) for one in (pairing, real.reference))
    return Drawn(x + shift, np.ones(n)), Drawn(r, np.ones(n))


def _rows_of(pairing: RealPairing, seeds: NDArray[np.int64], columns: NDArray[np.int64] | None) -> Floats:
    """Of these seeds: the test rows `columns`, or without them as many that hold the score itself."""
    if columns is None:
        return np.repeat(pairing.score[seeds, None], pairing.rows.shape[1], axis=1)
    return pairing.rows[np.ix_(seeds, columns)].astype(np.float64)


def _resampled(rng: Generator, strata: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each test row one of its stratum `[N]`."""
    by_stratum = np.argsort(strata, kind="stable")
    count = np.bincount(strata)
    first = np.cumsum(count) - count
    within = (rng.random(len(strata)) * count[strata]).astype(np.int64)
    return np.asarray(by_stratum[first[strata] + within])
