"""Work on data that are in memory, on every core: by copies of this process, where the system makes them.

A report's data would take longer to hand to other processes than its figures take to draw.
"""

import multiprocessing
import os
import struct
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from actloss_cli.execute.cores import default_workers

T = TypeVar("T")
_NUMBER = struct.Struct("<i")


def done_side_by_side(jobs: Sequence[Callable[[], T]]) -> Iterator[tuple[int, T]]:
    """Place and result of each of these jobs, hundreds at most, which don't depend on each other.

    What a copy could not do is done here in the end, so that its error is raised here.
    """
    n_copies = min(default_workers(), len(jobs)) - 1 if sys.platform == "linux" else 0
    waiting = _filled_pipe(range(len(jobs)))

    def take() -> Iterator[tuple[int, T]]:
        """Whatever nobody has begun yet; whoever dies over it keeps no lock that others wait for."""
        while number := os.read(waiting, _NUMBER.size):
            (place,) = _NUMBER.unpack(number)
            yield place, jobs[place]()

    def work(sending: Connection) -> None:
        done: list[tuple[int, T]] = []  # Nobody listens yet: sent at once, it would wait until all other work is done.
        try:
            done.extend(take())
        finally:
            for found in done:
                sending.send(found)

    missing = set(range(len(jobs)))
    try:
        with _copies(work, n_copies) as receiving:
            for place, result in chain(take(), chain.from_iterable(map(_heard, receiving))):
                missing.remove(place)
                yield place, result
    finally:
        os.close(waiting)
    for place in sorted(missing):
        yield place, jobs[place]()


def _filled_pipe(numbers: Iterable[int]) -> int:
    """The end to read them from, one by one, whichever process asks first; then it is at its end."""
    waiting, filling = os.pipe()
    try:
        os.write(filling, b"".join(map(_NUMBER.pack, numbers)))
    finally:
        os.close(filling)
    return waiting


def _heard(connection: Connection) -> Iterator[Any]:
    """All that a copy says until it ends, also in the middle of a word."""
    with suppress(EOFError, OSError):
        while True:
            yield connection.recv()


@contextmanager
def _copies(work: Callable[[Connection], None], n: int) -> Iterator[list[Connection]]:
    """Where to hear from each of n, or of as many as the system allows; none outlives this."""
    context: Any = multiprocessing.get_context("fork") if n > 0 else None
    copies: list[Any] = []
    receiving: list[Connection] = []

    def begin(there: Connection) -> None:
        try:
            for end in receiving:  # Else no copy would notice that nobody listens any more.
                end.close()
            work(there)
        finally:
            os._exit(0)  # Nothing of this process's own ending is a copy's to do.

    try:
        for _ in range(n):
            here, there = context.Pipe(duplex=False)
            receiving.append(here)
            copy = context.Process(target=begin, args=(there,), daemon=True)
            try:
                with there, warnings.catch_warnings():
                    # Python warns of threads, which are those of numerical libraries: they mind being copied.
                    warnings.simplefilter("ignore", DeprecationWarning)
                    copy.start()
            except OSError:  # No room for another process: its pipe is at its end, as if it had said nothing.
                break
            copies.append(copy)
        yield receiving
    finally:
        for copy in copies:
            copy.kill()
            copy.join()
