"""One job that all contenders can do: command, plain loop, scikit-learn, JAX, and the matrix products alone."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.contenders import jax_programs, sklearn_mlp
from benchmarks.contenders.actloss_command import CommandRun, finished_run
from benchmarks.contenders.jax_command import time_jax
from benchmarks.contenders.names import FLOOR, JAX, PLAIN, SKLEARN
from benchmarks.contenders.plain_loop import train_plain
from benchmarks.contenders.pool import time_trials
from benchmarks.contenders.products import floor_seconds
from benchmarks.contenders.sklearn_mlp import train_sklearn
from benchmarks.contenders.timed import Timed, Trained
from benchmarks.jobs import Job, Work, job_of
from benchmarks.measurements.agreement import Agreement, compare_scores
from benchmarks.measurements.jax_sample import JaxChoice, choose_scope


@dataclass(frozen=True)
class Contest:
    """Every contender once per repetition, in turn."""

    config: str
    n_pairings: int
    actloss: list[CommandRun]
    others: dict[str, list[Timed]]
    """By contender; each trained all trials or, where it has fewer than a run, a sample of them."""
    agreement: list[Agreement]
    jax_choice: JaxChoice | None = None
    """Without it JAX stayed out."""


def measure_contest(work: Work, repetitions: int, sample: int, n_workers: int, jax_python: str | None) -> Contest:
    """Without an interpreter that has JAX that contender stays out. Raises if a contender lacks a pairing."""
    plan = work.plan()
    runs: list[CommandRun] = []
    others: dict[str, list[Timed]] = {}
    scores: dict[str, dict[str, float]] = {}
    choice: JaxChoice | None = None
    for repetition in range(repetitions):
        with finished_run(work, n_workers) as (run, folder):
            job = job_of(plan, folder)
            runs.append(run)
        if not all(sklearn_mlp.can_train(trial) and jax_programs.can_train(trial) for trial in job.trials):
            raise ValueError(f"{work.config}: not every contender can train every pairing")
        if jax_python and choice is None:
            choice = choose_scope(jax_python, job, len(plan.pairings), n_workers)
        for name, measure in _contenders(job, sample, repetition, n_workers, jax_python, choice).items():
            trained = measure()
            others.setdefault(name, []).append(trained.timed)
            scores.setdefault(name, {}).update(trained.scores)
    agreement = [line for name, found in scores.items() for line in compare_scores(job, name, found)]
    return Contest(work.config, len(plan.pairings), runs, others, agreement, choice)


def _contenders(
    job: Job, sample: int, repetition: int, n_workers: int, jax_python: str | None, choice: JaxChoice | None
) -> dict[str, Callable[[], Trained]]:
    trials = job.sample(sample, repetition)
    n_steps = job.steps_of(trials)
    contenders: dict[str, Callable[[], Trained]] = {
        PLAIN: lambda: time_trials(train_plain, trials, n_workers, n_steps),
        SKLEARN: lambda: time_trials(train_sklearn, trials, n_workers, n_steps),
    }
    if jax_python and choice:
        whole = job.trials
        contenders[JAX] = lambda: time_jax(jax_python, whole, whole, choice.scope, n_workers, job.model_steps)
    contenders[FLOOR] = lambda: Trained(Timed(floor_seconds(job, n_workers), len(job.trials), job.model_steps), {})
    return contenders
