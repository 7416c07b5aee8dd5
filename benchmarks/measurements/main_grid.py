"""The main grid: the whole command against the plain loop under joblib and against JAX, at equal cores."""

from dataclasses import dataclass

from benchmarks.contenders.actloss_command import CommandRun, finished_run, run_command
from benchmarks.contenders.names import JAX, PLAIN
from benchmarks.contenders.plain_loop import train_plain
from benchmarks.contenders.pool import time_trials
from benchmarks.contenders.timed import Timed
from benchmarks.jobs import Work, job_of
from benchmarks.measurements.agreement import Agreement, compare_scores
from benchmarks.measurements.jax_sample import JaxChoice, JaxSample, choose_scope, measure_jax

GROUPS_PER_TRIED = 10
"""Of the groups that JAX gets in a repetition, for one on which it is tried what a program had best serve."""


@dataclass(frozen=True)
class MainGrid:
    """A run, a sample of its trials in the plain loop and one in JAX, in turn, once per repetition."""

    config: str
    n_pairings: int
    actloss: list[CommandRun]
    plain: list[Timed]
    again_s: list[float]
    """The same command on the complete run."""
    agreement: list[Agreement]
    jax: list[JaxSample]
    jax_choice: JaxChoice | None = None
    """Without it JAX stayed out."""


def measure_main_grid(
    work: Work, repetitions: int, sample: int, jax_groups: int, n_workers: int, jax_python: str | None
) -> MainGrid:
    """Samples are new in each repetition: so many trials, so many groups of pairings for JAX."""
    plan = work.plan()
    runs: list[CommandRun] = []
    plain: list[Timed] = []
    again: list[float] = []
    jax: list[JaxSample] = []
    choice: JaxChoice | None = None
    scores: dict[str, dict[str, float]] = {PLAIN: {}, JAX: {}}
    for repetition in range(repetitions):
        with finished_run(work, n_workers) as (run, folder):
            job = job_of(plan, folder)
            runs.append(run)
            again.append(run_command(work, n_workers, str(folder.parent)).seconds)
        trials = job.sample(sample, repetition)
        trained = time_trials(train_plain, trials, n_workers, job.steps_of(trials))
        plain.append(trained.timed)
        scores[PLAIN] |= trained.scores
        if jax_python:
            choice = choice or choose_scope(jax_python, job, max(1, jax_groups // GROUPS_PER_TRIED), n_workers)
            found, of_trials = measure_jax(jax_python, job, choice.scope, jax_groups, repetition, n_workers)
            jax.append(found)
            scores[JAX] |= of_trials
    agreement = [line for name, found in scores.items() for line in compare_scores(job, name, found)]
    return MainGrid(work.config, len(plan.pairings), runs, plain, again, agreement, jax, choice)
