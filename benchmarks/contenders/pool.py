"""Trials one after another in each of several single-threaded processes, through joblib."""

import time
from collections.abc import Callable, Sequence

from joblib import Parallel, delayed

from actloss_cli.plan.trial import Trial
from benchmarks.contenders.timed import Timed, Trained

Train = Callable[[Trial], float]
"""Trains a trial; gives its last validation score, NaN where it diverged. Importable, since it travels by name."""


def time_trials(train: Train, trials: Sequence[Trial], n_workers: int, model_steps: int) -> Trained:
    """Wall time of the trials; processes are up and warm before the clock starts."""
    with Parallel(n_jobs=n_workers) as pool:
        pool(delayed(train)(trial) for trial in [*trials[:n_workers]] * 2)
        start = time.perf_counter()
        scores = pool(delayed(train)(trial) for trial in trials)
        seconds = time.perf_counter() - start
    by_trial = {trial.id: score for trial, score in zip(trials, scores, strict=True)}
    return Trained(Timed(seconds, len(trials), model_steps), by_trial)
