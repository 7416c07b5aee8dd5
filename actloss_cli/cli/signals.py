"""What Ctrl-C and SIGTERM do is a verb's own affair; whoever called it gets their own answers to them back."""

import signal
from collections.abc import Iterator
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


def ignore_signals() -> None:
    """For the end of a process, when all is stored and said."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
