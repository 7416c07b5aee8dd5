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


def stopping_on_signals(say: Callable[[str], None]) -> Callable[[Callable[[], None]], None]:
    """Gives what a run is to call with its `stop`: from then on a first signal stops it, a second one ends all.

    Of runs one after another, those that begin after the first signal are stopped at once.
    """
    stops: list[Callable[[], None]] = []
    asked = False

    def interrupt(*_: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        say("stopping: the stacks in flight are finished and stored; press Ctrl-C again to stop now")
        stops[-1]()

    def on_start(stop: Callable[[], None]) -> None:
        stops.append(stop)
        for number in STOPS:
            signal.signal(number, interrupt)
        if asked:
            stop()

    return on_start


def ignore_signals() -> None:
    """For the end of a process, when all is stored and said."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
