"""How much faster a whole `actloss run` is than the plain PyTorch loop on the same trials, at equal cores.

    python benchmarks/plain_loop.py [CONFIG] [--sample 120] [--workers 2]

The run is the whole command: start of the workers, tuning, extensions, finals, store. The plain loop trains a random
sample of the trials that the run asked for, under joblib with as many single-threaded processes, half of the sample
before the run and half after it, so that a machine whose speed drifts is fair to both; its processes are warm and its
start is not counted. The time per trial is compared.
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from joblib import Parallel, delayed

from actloss_cli.config import expand, load_config
from actloss_cli.datasets import load
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.plan.plan import Plan, make_plan
from actloss_cli.plan.trial import Trial
from actloss_cli.store.folder import runs_in
from actloss_cli.store.reader import read_run


def train_plain(trial: Trial) -> None:
    """One trial in the plain loop."""
    torch.set_num_threads(1)
    dataset = load(trial.task.dataset, trial.task.kind)
    PlainTraining(trial, dataset).run()


def time_plain(trials: list[Trial], n_workers: int) -> float:
    """Seconds per trial of the plain loop on all workers."""
    with Parallel(n_jobs=n_workers) as pool:
        pool(delayed(train_plain)(trial) for trial in trials[:n_workers] * 2)
        start = time.perf_counter()
        pool(delayed(train_plain)(trial) for trial in trials)
        return (time.perf_counter() - start) / len(trials)


def sample_trials(plan: Plan, n: int) -> list[Trial]:
    """Tune trials and finals in the proportion of the plan; finals at a rate drawn from the grid."""
    rng = random.Random(0)
    trials = []
    for planned in rng.choices([one for one in plan.pairings if not one.invalid], k=n):
        tune = planned.ask({}).trials
        task = planned.facts.task
        trial = rng.choice(tune)
        if rng.random() < task.seeds.final / (task.seeds.final + len(tune)):
            trial = Trial(task, planned.pairing, trial.lr, "final", rng.randrange(task.seeds.final))
        trials.append(trial)
    return trials


def main() -> None:
    """Runs both and prints what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", nargs="?", default="grid")
    parser.add_argument("--sample", type=int, default=120)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()

    trials = sample_trials(make_plan(expand(load_config(arguments.config))), arguments.sample)
    half = len(trials) // 2
    before = time_plain(trials[:half], arguments.workers)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "actloss_cli", "run", arguments.config, "--results", folder]
        start = time.perf_counter()
        subprocess.run([*command, "--workers", str(arguments.workers)], check=True)
        wall_s = time.perf_counter() - start
        (path,) = runs_in(Path(folder))
        run = read_run(path)
        size = sum(file.stat().st_size for file in path.iterdir())
    after = time_plain(trials[half:], arguments.workers)
    plain_s = (before + after) / 2

    tasks = run.tasks.loc[run.pairings.loc[run.trials["pairing_id"], "task"]]
    steps = int((tasks["epochs"] * tasks["steps_per_epoch"]).sum())
    n_trials = len(run.trials)
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"pairings          {len(run.pairings):,}")
    print(f"trials            {n_trials:,}")
    print(f"model-steps       {steps:,}")
    print(f"wall time         {wall_s:,.1f} s on {arguments.workers} workers")
    print(f"us a model-step   {wall_s / steps * 1e6:.2f} (all workers together)")
    print(f"largest process   {peak_mb:,.0f} MB")
    print(f"results on disk   {size / 1e6:,.1f} MB")
    print(f"plain loop        {before * 1e3:.1f} ms a trial before, {after * 1e3:.1f} after (all workers together)")
    print(f"actloss           {wall_s / n_trials * 1e3:.2f} ms a trial")
    print(f"ratio             {plain_s * n_trials / wall_s:.1f}")


if __name__ == "__main__":
    main()
