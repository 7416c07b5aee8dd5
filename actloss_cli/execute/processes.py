"""How worker processes come to be. Imports little, so that they can be asked for before anything else is."""

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext, SpawnContext
from types import ModuleType


def prepare_workers(*others: str) -> ForkServerContext | SpawnContext:
    """Starts to import, in the background, what workers need; gives what makes them. Cheap when called again.

    `others` are modules to import besides, such as those that reading a table takes; the first call alone counts.

    On Linux workers are copies of one process that has imported it all and trained nothing: they start at once, also in
    place of one that died. Elsewhere the system's own libraries may not survive being copied: workers start afresh.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["actloss_cli.execute.preloaded", *others])
    resource_tracker.ensure_running()  # The fork server would start it, and that unblocks the signal again.
    # What is blocked now stays so in every worker: Ctrl-C is for this process alone, also while they import.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


@contextmanager
def without_main() -> Iterator[None]:
    """What starts inside doesn't import the program that starts it, as multiprocessing would have it do.

    Workers need nothing of it: a script that calls `actloss_cli.run` would run once more in each of them, unless all
    that it does stood under `if __name__ == "__main__"`.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
