"""The main grid, the whole command against the plain loop under joblib at equal cores."""

from dataclasses import dataclass

from benchmarks.contenders.actloss_command import CommandRun, finished_run, time_command
from benchmarks.contenders.names import PLAIN
from benchmarks.contenders.plain_loop import train_plain
from benchmarks.contenders.pool import time_trials
from benchmarks.contenders.timed import Timed
from benchmarks.jobs import Work, job_of
from benchmarks.measurements.agreement import Agreement, compare_scores


@dataclass(frozen=True)
class MainGrid:
    """A run and a sample of its trials in the plain loop, in turn, once per repetition."""

    config: str
    n_pairings: int
    actloss: list[CommandRun]
    plain: list[Timed]
    again_s: list[float]
    """The same command on the complete run."""
    agreement: list[Agreement]


def measure_main_grid(work: Work, repetitions: int, sample: int, n_workers: int) -> MainGrid:
    """Samples are new in each repetition."""
    plan = work.plan()
    runs: list[CommandRun] = []
    plain: list[Timed] = []
    again: list[float] = []
    scores: dict[str, float] = {}
    for repetition in range(repetitions):
        with finished_run(work, n_workers) as (run, folder):
            job = job_of(plan, folder)
            runs.append(run)
            again.append(time_command(work, n_workers, str(folder.parent))[0])
        trials = job.sample(sample, repetition)
        trained = time_trials(train_plain, trials, n_workers, job.steps_of(trials))
        plain.append(trained.timed)
        scores |= trained.scores
    agreement = compare_scores(job, PLAIN, scores)
    return MainGrid(work.config, len(plan.pairings), runs, plain, again, agreement)
