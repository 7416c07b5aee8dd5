"""One session of a run in a process of its own, which trains by itself and dies at a chosen statement of its store."""

import os
import signal
import sqlite3
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.execute.run import run_plan
from actloss_cli.execute.worker import train
from actloss_cli.plan.plan import Plan, make_plan
from actloss_cli.plan.trial import Stack

has_room_for = 2


class InlineExecutor:
    """Trains where it is, so that a session costs no start of workers."""

    def __init__(self) -> None:
        self._waiting: deque[Stack] = deque()

    def __enter__(self) -> "InlineExecutor":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def has_room(self) -> bool:
        return len(self._waiting) < has_room_for

    has_finished = False

    def submit(self, stack: Stack) -> None:
        self._waiting.append(stack)

    def stop_handing_out(self) -> None:
        self._waiting.clear()

    def next_finished(self) -> tuple[Stack, list[TrialOutcome]] | None:
        if not self._waiting:
            return None
        stack = self._waiting.popleft()
        return stack, train(stack, "cpu")


class InlineCrew:
    """This process alone."""

    n_workers = 1
    device = "cpu"
    provenance: Mapping[str, object] = MappingProxyType({})

    def muster(self) -> tuple[str, ...]:
        return ()

    def executor(self, plan: Plan) -> InlineExecutor:
        return InlineExecutor()


def session(config: Path, folder: Path, kill_at: int | None) -> None:
    """Trains what is missing; `kill -9` of itself before statement number `kill_at` of the database."""
    connect = sqlite3.connect
    left = [kill_at]

    def count(_: str) -> None:
        if left[0] is not None:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def counted(*arguments: object, **options: object) -> sqlite3.Connection:
        connection = connect(*arguments, **options)  # type: ignore[call-overload]
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = counted  # type: ignore[assignment]
    loaded = load_config(str(config))
    run_plan(
        make_plan(expand(loaded), loaded.thresholds),
        dump_yaml(loaded.resolved()),
        folder,
        "key",
        crew=InlineCrew(),
        watch=lambda progress: None,
        on_start=lambda stop: None,
    )
