"""A stack to train, and what becomes of one that gave no outcomes: one rule for every executor."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.plan.trial import Stack
from actloss_cli.store.packed import Outcome

PARTS_AFTER_CRASH, PARTS_AFTER_TIMEOUT = 2, 8
"""Into how many parts a stack is cut that gave nothing; a limit is waited for twice at most, so parts are smaller."""

Finished = tuple[Stack, Sequence[Outcome]]


@dataclass(frozen=True)
class Failure:
    """A stack gave no outcomes."""

    message: str
    timed_out: bool = False


@dataclass(frozen=True)
class Job:
    """A stack to train, and what happened to it before."""

    stack: Stack
    is_second: bool = False
    """Whether it is part of one that took too long."""
    n_lost: int = 0
    """How often whoever trained it was lost, and nobody knows why."""


def too_slow(stack: Stack, limit_s: float) -> Failure:
    """Of a stack that took longer than it may."""
    n_trials = len(stack.trials)
    what = "the trial" if n_trials == 1 else f"{n_trials:,} trials side by side"
    return Failure(f"{what} took longer than {limit_s:,.10g} s", timed_out=True)


def parts_to_retry(job: Job, failure: Failure) -> list[Job]:
    """The parts in which a failed job is tried again; none where its trials are given up."""
    n_trials = len(job.stack.trials)
    if n_trials == 1 or (failure.timed_out and job.is_second):
        return []
    n_parts = min(n_trials, PARTS_AFTER_TIMEOUT if failure.timed_out else PARTS_AFTER_CRASH)
    bounds = [n_trials * part // n_parts for part in range(n_parts + 1)]
    stacks = [replace(job.stack, trials=job.stack.trials[a:b]) for a, b in pairwise(bounds)]
    return [Job(stack, failure.timed_out or job.is_second, job.n_lost) for stack in stacks]


def given_up(job: Job, failure: Failure) -> Finished:
    """The trials of a failed job as what they are stored as: `timeout`, or `crashed`."""
    outcome = TrialOutcome("timeout" if failure.timed_out else "crashed", message=failure.message)
    return job.stack, [outcome] * len(job.stack.trials)
