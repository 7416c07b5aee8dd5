"""JAX on a part of a job, compiled as for all of it, and what all of it would take."""

import random
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from actloss_cli.plan.trial import Trial
from benchmarks.contenders.jax_command import time_jax
from benchmarks.contenders.jax_programs import SCOPES, Scope, can_train, count_programs
from benchmarks.contenders.timed import Timed
from benchmarks.jobs import Job


@dataclass(frozen=True)
class JaxSample:
    """Seconds of a sample, and of the whole job by them. Taken to be shared out perfectly at no cost."""

    start_s: float
    """Of a start with nothing to train, which a job of any size has once."""
    timed: Timed
    n_pairings: int
    n_programs: int
    whole_programs: int
    """What is compiled for the whole job."""
    whole_steps: int

    @property
    def compile_s(self) -> float:
        """Of the whole job, by the number of programs."""
        return self.timed.compile_s * self.whole_programs / self.n_programs

    @property
    def execute_s(self) -> float:
        """Of the whole job, by model-steps."""
        return self.timed.execute_s * self.whole_steps / self.timed.model_steps

    @property
    def seconds(self) -> float:
        """Of the whole job."""
        return self.start_s + self.compile_s + self.execute_s

    @property
    def us_per_step(self) -> float:
        """Microseconds per model-step of the whole job, all workers together."""
        return self.seconds / self.whole_steps * 1e6


@dataclass(frozen=True)
class JaxChoice:
    """What one program had best serve."""

    n_pairings: int
    """Of the trial."""
    seconds: dict[Scope, float]
    """That the whole job would take."""

    @property
    def scope(self) -> Scope:
        """The fastest."""
        return min(self.seconds, key=lambda scope: self.seconds[scope])


def choose_scope(python: str, job: Job, n_groups: int, n_workers: int) -> JaxChoice:
    """Tries each scope once, on the same so many groups."""
    samples = {scope: measure_jax(python, job, scope, n_groups, 0, n_workers)[0] for scope in SCOPES}
    n_pairings = next(iter(samples.values())).n_pairings
    return JaxChoice(n_pairings, {scope: sample.seconds for scope, sample in samples.items()})


def measure_jax(
    python: str, job: Job, scope: Scope, n_groups: int, seed: int, n_workers: int
) -> tuple[JaxSample, Mapping[str, float]]:
    """A start, then a sample of groups that the contender can train, and the scores of their trials."""
    trainable = [trial for trial in job.trials if can_train(trial)]
    trials = sample_groups(trainable, n_groups, seed)
    start = time_jax(python, [], [], scope, n_workers, 0).timed
    trained = time_jax(python, trials, trainable, scope, n_workers, job.steps_of(trials))
    sample = JaxSample(
        start_s=start.seconds,
        timed=trained.timed,
        n_pairings=len({(trial.task.label, trial.pairing) for trial in trials}),
        n_programs=count_programs(trials, scope),
        whole_programs=count_programs(job.trials, scope),
        whole_steps=job.model_steps,
    )
    return sample, trained.scores


def sample_groups(trials: list[Trial], n: int, seed: int) -> list[Trial]:
    """All trials of about n groups at equal distances, from a random start: what differs by activation alone."""
    groups: dict[Hashable, list[Trial]] = {}
    for trial in sorted(trials, key=_group_key):
        groups.setdefault(_group_key(trial), []).append(trial)
    members = list(groups.values())
    n = min(n, len(members))
    distance = len(members) / n
    start = random.Random(seed).random() * distance
    return [trial for k in range(n) for trial in members[int(start + k * distance)]]


def _group_key(trial: Trial) -> tuple[str, ...]:
    pairing = trial.pairing
    return trial.task.label, pairing.output.label, pairing.loss.label, pairing.optimizer.label
