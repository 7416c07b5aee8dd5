"""The local executor: one single-threaded worker process per core. Takes stacks, gives back their outcomes."""

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from types import TracebackType

from pebble import ProcessPool

from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.execute.processes import prepare_workers
from actloss_cli.execute.worker import prepare_worker, train
from actloss_cli.plan.trial import Stack

AHEAD = 2
"""Stacks handed out per worker: one that trains, one that waits, so that no worker idles while results are stored."""
STOP_CHECK_S = 0.2
"""How often a wait looks whether it was told to stop: a signal's handler only sets a flag."""

Finished = tuple[Stack, list[TrialOutcome]]


class LocalExecutor:
    """Trains stacks in worker processes, in any order.

    A stack whose worker dies or raises is tried again in halves; a trial that fails alone is `crashed`, and the rest
    goes on. Leaving gives up whatever has not been given back.
    """

    def __init__(self, n_workers: int, device: str) -> None:
        self._device = device
        self._waiting: deque[Stack] = deque()
        self._running: dict[Future[list[TrialOutcome]], Stack] = {}
        self._room = AHEAD * n_workers
        self._stopping = False
        self._pool = ProcessPool(max_workers=n_workers, initializer=prepare_worker, context=prepare_workers())

    def __enter__(self) -> "LocalExecutor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()

    @property
    def has_room(self) -> bool:
        """Whether fewer stacks wait than workers may take at once."""
        return len(self._waiting) < self._room

    def submit(self, stack: Stack) -> None:
        """Queues a stack."""
        self._waiting.append(stack)

    def stop_handing_out(self) -> None:
        """Gives up the stacks that no worker has begun; those being trained are still given back.

        May be called at any moment by a signal's handler.
        """
        self._stopping = True

    def next_finished(self) -> Finished | None:
        """Waits for a stack to finish; None when nothing is left."""
        while True:
            self._hand_out()
            if not self._running:
                return None
            done, _ = wait(self._running, timeout=STOP_CHECK_S, return_when=FIRST_COMPLETED)
            if not done:
                continue
            future = done.pop()
            stack = self._running.pop(future)
            failure = future.exception()
            if failure is None:
                return stack, future.result()
            if len(stack.trials) == 1:
                return stack, [TrialOutcome("crashed", message=_describe(failure))]
            middle = len(stack.trials) // 2
            halves = stack.trials[middle:], stack.trials[:middle]
            self._waiting.extendleft(replace(stack, trials=half) for half in halves)

    def _hand_out(self) -> None:
        if self._stopping:
            self._give_up_waiting()
        while self._waiting and len(self._running) < self._room:
            stack = self._waiting.popleft()
            self._running[self._pool.schedule(train, args=[stack, self._device])] = stack

    def _give_up_waiting(self) -> None:
        """The pool kills a worker that begins a cancelled stack, also one that just did: its trials stay missing."""
        self._waiting.clear()
        for future in [future for future in self._running if not (future.running() or future.done())]:
            future.cancel()
            del self._running[future]


def _describe(failure: BaseException) -> str:
    """The error with the worker's traceback, where it lived to give one."""
    trace = getattr(failure, "traceback", "")
    return f"{type(failure).__name__}: {failure}\n{trace}".strip()
