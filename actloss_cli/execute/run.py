"""Carries a plan out into a results folder: lock, config, provenance, store, workers, scheduler."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from actloss_cli.datasets.loading import source_files
from actloss_cli.errors import user_error
from actloss_cli.execute.local import LocalExecutor
from actloss_cli.execute.scheduler import Progress, Scheduler
from actloss_cli.execute.time_limits import TimeLimits
from actloss_cli.plan.plan import Plan
from actloss_cli.store.completion import forget_completion, note_completion
from actloss_cli.store.folder import append_provenance, claim_folder, locked, write_config
from actloss_cli.store.provenance import describe_session
from actloss_cli.store.writer import StoreWriter


def resolve_device(device: str) -> str:
    """`auto` to `cuda` where torch finds one, else `cpu`; raises if one is asked for that is not there."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise user_error("torch finds no CUDA device", where="--device cuda", hint="use --device cpu, or auto")
    return device


@dataclass(frozen=True)
class Session:
    """How one call of `run_plan` went."""

    progress: Progress
    elapsed_s: float
    n_aside: int
    """Stored trials that the plan doesn't ask for: of earlier configs."""


def run_plan(
    plan: Plan,
    config: str,
    folder: Path,
    key: str,
    *,
    n_workers: int,
    device: str,
    timeout_s: float | None,
    watch: Callable[[Progress], None],
    on_start: Callable[[Callable[[], None]], None],
) -> Session:
    """Trains what is missing in `folder`.

    `config` is the resolved one, as YAML; `key` says what was asked for, and is noted where all of it is there.
    `timeout_s` is how long a stack may take, None for a limit by its size. `on_start` gets a function that stops the
    run in good order.
    """
    start = time.perf_counter()
    claim_folder(folder)
    with locked(folder):
        forget_completion(folder)
        with StoreWriter(folder) as store:
            session = describe_session(device, n_workers)
            predictions = store.draft_plan(plan, session["started"])
            append_provenance(folder, session | {"predictions": asdict(predictions)})
            with LocalExecutor(n_workers, device, TimeLimits(plan.tasks, timeout_s)) as executor:
                scheduler = Scheduler(plan, store, executor, watch)
                on_start(scheduler.stop)
                if scheduler.count():
                    write_config(folder, config)
                    scheduler.train()
                progress = scheduler.progress()
            n_aside = store.count_aside()
        if progress.is_complete:
            data = [file for facts in plan.tasks.values() for file in source_files(facts.task.dataset)]
            note_completion(folder, key, progress.n_done, [*data, *plan.code_files])
    return Session(progress, time.perf_counter() - start, n_aside)
