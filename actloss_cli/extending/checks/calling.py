"""Calls a function that may raise, hang or change what it is given; each way to go wrong is a `Fault` in words."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from torch import Tensor

from actloss_cli.extending.checks.finding import Fault
from actloss_cli.extending.refusal import told

LIMIT_S = 10.0
"""For one call on some numbers; a training calls a function hundreds of times."""


def called(function: Callable[..., Any], *arguments: Any) -> Tensor:
    """What the function gives, which must be a tensor."""
    try:
        with time_limit(LIMIT_S):
            value = function(*arguments)
    except Fault:
        raise
    except Exception as error:  # whatever a user's function raises
        raise Fault(f"raises {told(error)}, given {_described(arguments)}") from error
    if not isinstance(value, Tensor):
        raise Fault(f"gives a {type(value).__name__}, not a tensor")
    return value


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Ends what takes longer, in Python or asleep; where signals can't be had, only tells afterwards."""
    can_interrupt = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    too_long = Fault(f"takes longer than {seconds:g} s for one call")

    def interrupt(_: int, __: FrameType | None) -> None:
        raise too_long

    start = time.perf_counter()
    if not can_interrupt:
        yield
    else:
        before = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    if time.perf_counter() - start > seconds:
        raise too_long


def shape_text(value: Tensor) -> str:
    """`[4, 3]`."""
    return f"[{', '.join(map(str, value.shape))}]"


def _described(arguments: tuple[Any, ...]) -> str:
    return " and ".join(shape_text(one) for one in arguments if isinstance(one, Tensor))
