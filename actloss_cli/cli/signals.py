"""What Ctrl-C and SIGTERM do is a verb's own affair; whoever called it gets their own answers to them back."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOPS = (signal.SIGINT, signal.SIGTERM)
"""What asks a process to end."""


@contextmanager
def signals_given_back() -> Iterator[None]:
    """Whatever is installed inside for `STOPS`, afterwards the handlers of before are in force again."""
    before = {number: signal.getsignal(number) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop_when_asked(stop: Callable[[], None]) -> None:
    """From now on the first of `STOPS` calls `stop`, and says so; the next one interrupts."""
    from actloss_cli.cli.console import say

    stopped = False

    def interrupt(*_: object) -> None:
        nonlocal stopped
        if stopped:
            raise KeyboardInterrupt
        stopped = True
        say("stopping: the stacks in flight are finished and stored; press Ctrl-C again to stop now")
        stop()

    for number in STOPS:
        signal.signal(number, interrupt)


def ignore_signals() -> None:
    """For the end of a process, when all is stored and said."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
