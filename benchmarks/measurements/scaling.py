"""Cost against work: the same kind of trial a hundred to a hundred thousand times, through the whole command."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from benchmarks.contenders.actloss_command import CommandRun, finished_run
from benchmarks.jobs import Work

PER_OPTIMIZER = 100
"""Trials: 4 activations, each 5 rates with 3 seeds and 10 finals."""
AT_START = 3
"""Trials of the run that shows what start and end take: a pairing at one rate with 1 seed and 2 finals."""


@dataclass(frozen=True)
class Scaling:
    """Runs by number of trials, ascending, and what a run of hardly any takes: start and end."""

    start: list[CommandRun]
    runs: dict[int, list[CommandRun]]


def measure_scaling(counts: tuple[int, ...], repetitions: int, one_repetition_from: int, n_workers: int) -> Scaling:
    """All sizes in turn, once per repetition; counts are multiples of 100."""
    start: list[CommandRun] = []
    runs: dict[int, list[CommandRun]] = {count: [] for count in counts}
    with TemporaryDirectory() as folder:
        for repetition in range(repetitions):
            start.append(_run(_write_config(Path(folder), 0), n_workers, AT_START))
            for count in counts:
                if repetition == 0 or count < one_repetition_from:
                    runs[count].append(_run(_write_config(Path(folder), count // PER_OPTIMIZER), n_workers, count))
    return Scaling(start, runs)


def _run(work: Work, n_workers: int, count: int) -> CommandRun:
    """Raises where it trained another number of trials than it is counted for."""
    with finished_run(work, n_workers) as (run, _):
        if run.timed.n_trials != count:
            raise RuntimeError(f"{work.config}: {run.timed.n_trials} trials instead of {count}")
        return run


def _write_config(folder: Path, n_optimizers: int) -> Work:
    """SGD at so many momentums: stacks stay the same, their number grows. 0: one pairing with three trials."""
    momentums = [round(0.1 + 0.8 * k / max(1, n_optimizers), 6) for k in range(max(1, n_optimizers))]
    config = {
        "name": f"scaling-{n_optimizers}",
        "tasks": [{"kind": "binary", "dataset": "moons"}],
        "activation": ["relu", "tanh", "sigmoid", "identity"] if n_optimizers else ["relu"],
        "output": ["sigmoid"],
        "loss": ["bce"],
        "optimizer": [{"name": "sgd", "momentum": momentums}],
        "lr": [0.01, 0.03, 0.1, 0.3, 1.0] if n_optimizers else [0.1],
        "seeds": {"tune": 3, "final": 10} if n_optimizers else {"tune": 1, "final": 2},
        "model": {"hidden": [32, 32]},
        "training": {"epochs": 30, "batch_size": 64},
    }
    path = folder / f"scaling-{n_optimizers}.yaml"
    path.write_text(yaml.safe_dump(config))
    return Work(str(path))
