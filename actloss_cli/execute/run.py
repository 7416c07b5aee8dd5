"""Carries a plan out into a results folder: lock, config, provenance, store, crew, scheduler."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import torch

from actloss_cli.datasets.loading import source_files
from actloss_cli.errors import user_error
from actloss_cli.execute.scheduler import Executor, Progress, Scheduler
from actloss_cli.plan.plan import Plan
from actloss_cli.store.completion import forget_completion, note_completion
from actloss_cli.store.folder import append_provenance, claim_folder, locked, write_config
from actloss_cli.store.provenance import describe_session
from actloss_cli.store.writer import StoreWriter


def resolve_device(device: str) -> str:
    """`auto` to `cuda` where torch finds one, else `cpu`; raises if one is asked for that is not there."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device not in ("cpu", "cuda"):
        raise user_error(f"unknown device '{device}'", hint="there are: auto, cpu, cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise user_error("torch finds no CUDA device", where="--device cuda", hint="use --device cpu, or auto")
    return device


class Crew(Protocol):
    """Who trains stacks: what provenance says of them, and how they are put to work."""

    @property
    def n_workers(self) -> int:
        """Stacks that train at once."""
        ...

    @property
    def device(self) -> str:
        """`cpu` or `cuda`."""
        ...

    @property
    def provenance(self) -> Mapping[str, object]:
        """What there is to say beyond that."""
        ...

    def muster(self) -> Sequence[str]:
        """Waits until all are ready, and gives what a user should know of them; raises where one can't do the work."""
        ...

    def executor(self, plan: Plan) -> AbstractContextManager[Executor]:
        """Takes stacks of this plan until it is left."""
        ...


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
    crew: Crew,
    watch: Callable[[Progress], None],
    on_start: Callable[[Callable[[], None]], None],
) -> Session:
    """Trains what is missing in `folder`.

    `config` is the resolved one, as YAML; `key` says what was asked for, and is noted where all of it is there.
    `on_start` gets a function that stops the run in good order.
    """
    start = time.perf_counter()
    claim_folder(folder)
    with locked(folder):
        forget_completion(folder)
        with StoreWriter(folder) as store:
            session = {**describe_session(crew.device, crew.n_workers), **crew.provenance}
            predictions = store.draft_plan(plan, session["started"])
            append_provenance(folder, session | {"predictions": asdict(predictions)})
            with crew.executor(plan) as executor:
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
