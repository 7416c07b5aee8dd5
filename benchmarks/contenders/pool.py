"""Trials one after another in each of several single-threaded processes, through joblib."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from joblib import Parallel, delayed

from actloss_cli.plan.trial import Trial
from benchmarks.contenders.timed import Timed, Trained

Train = Callable[[Trial], float]
"""Trains a trial; gives its last validation score, NaN where it diverged. Importable, since it travels by name."""
PATIENCE_S = 120.0


def time_trials(train: Train, trials: Sequence[Trial], n_workers: int, model_steps: int) -> Trained:
    """Wall time of the trials; processes are up, and each has trained on every task, before the clock starts."""
    of_tasks = list({trial.task.label: trial for trial in trials}.values())
    with Parallel(n_jobs=n_workers, batch_size=1, pre_dispatch="all") as pool, TemporaryDirectory() as folder:
        pool(delayed(_warm_up)(train, of_tasks, Path(folder), k, n_workers) for k in range(n_workers))
        start = time.perf_counter()
        scores = pool(delayed(train)(trial) for trial in trials)
        seconds = time.perf_counter() - start
    by_trial = {trial.id: score for trial, score in zip(trials, scores, strict=True)}
    return Trained(Timed(seconds, len(trials), model_steps), by_trial)


def _warm_up(train: Train, trials: Sequence[Trial], folder: Path, place: int, n_workers: int) -> None:
    """Loads data and trains, once every other worker is about to do so too: none of them does it twice."""
    (folder / str(place)).touch()
    deadline = time.monotonic() + PATIENCE_S
    while len(list(folder.iterdir())) < n_workers:
        if time.monotonic() > deadline:
            raise TimeoutError(f"of {n_workers} workers some did not start within {PATIENCE_S:g} s")
        time.sleep(0.01)
    for trial in trials:
        train(trial)
