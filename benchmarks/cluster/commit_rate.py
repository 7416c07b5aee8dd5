"""What the single writer stores: stacks of finished trials, curves and all, committed one after another."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.datasets import load
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.engine.route import train_stack
from actloss_cli.plan.plan import Plan, make_plan
from actloss_cli.plan.protocol import Asked
from actloss_cli.plan.trial import Stack, Trial
from actloss_cli.store.packed import PackedOutcome, pack_outcomes
from actloss_cli.store.schema import DATABASE
from actloss_cli.store.writer import StoreWriter
from actloss_cli.threads import single_thread
from benchmarks.cluster.measured import CommitRate

N_TRAINED = 3
"""Groups of which a stack of each phase is really trained; all others are copies under other seeds."""
STACKS_PER_COMMIT = 64
"""As many as the scheduler takes together where the writer is what all wait for."""


def measure_commit_rate(config: str, folder: Path, stretches: Sequence[int]) -> list[CommitRate]:
    """Fills one database in a folder on the disk in question, stretch by stretch of so many trials, at least."""
    loaded = load_config(config)
    plan = make_plan(expand(loaded), loaded.thresholds)
    trained = list(_trained(plan))
    found: list[CommitRate] = []
    copies = count(1)
    with TemporaryDirectory(dir=folder) as place, StoreWriter(Path(place)) as store:
        store.draft_plan(plan, "2025-01-01T00:00:00+00:00")
        store.put_in_force()
        for n_trials in stretches:
            n, seconds = 0, 0.0
            while n < n_trials:
                finished = [_copied(*trained[copy % len(trained)], copy) for copy in islice(copies, STACKS_PER_COMMIT)]
                n += sum(len(stack.trials) for stack, _ in finished)
                start = time.perf_counter()
                store.set_asked(_asked(finished))
                store.commit(finished)
                seconds += time.perf_counter() - start
            size = (Path(place) / DATABASE).stat().st_size / 1e6
            found.append(CommitRate(found[-1].n_before + found[-1].n_trials if found else 0, n, seconds, size))
    return found


@single_thread()
def _trained(plan: Plan) -> Iterator[tuple[Stack, list[TrialOutcome]]]:
    """Stacks of groups at equal distances, half of them finals."""
    groups = list(plan.groups())
    for group in groups[:: max(1, len(groups) // N_TRAINED)][:N_TRAINED]:
        trials = [trial for planned in group.pairings for trial in planned.ask({}).missing]
        yield _train(group.stacks(trials)[0])
        yield _train(group.stacks(replace(trial, phase="final") for trial in trials)[0])


def _train(stack: Stack) -> tuple[Stack, list[TrialOutcome]]:
    task = stack.trials[0].task
    return stack, train_stack(stack, load(task.dataset, task.kind), torch.device("cpu"))


def _copied(stack: Stack, outcomes: list[TrialOutcome], copy: int) -> tuple[Stack, list[PackedOutcome]]:
    """As if trained under seeds of its own, and packed, as workers do it."""
    trials = tuple(replace(trial, seed=1000 * copy + trial.seed) for trial in stack.trials)
    other = replace(stack, trials=trials)
    return other, pack_outcomes(other, outcomes)


def _asked(finished: Sequence[tuple[Stack, list[PackedOutcome]]]) -> dict[str, Asked]:
    """What a scheduler would note with them: that each pairing has asked for its trials."""
    found: dict[str, list[Trial]] = {}
    for trial in (trial for stack, _ in finished for trial in stack.trials):
        found.setdefault(f"{trial.task.label}/{trial.pairing.label}", []).append(trial)
    return {pairing: Asked(tuple(trials), (), 0) for pairing, trials in found.items()}
