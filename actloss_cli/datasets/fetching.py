"""Fetches data over the network once: from then on the cache has them. A failure is one error that says what to do."""

import contextlib
import io
import socket
import warnings
from collections.abc import Callable, Iterator

from actloss_cli.datasets import cache
from actloss_cli.datasets.error import DatasetError, quoted_path, reason

_TIMEOUT_S = 30.0
"""Without an answer for so long, a server counts as out of reach."""


def fetched(name: str, what: str, fetch: Callable[[], cache.Arrays]) -> cache.Arrays:
    """The cached arrays of that name; where there are none, those that `fetch` gives, which are kept.

    `what` is how messages call the data. Raises `DatasetError`, the only word about whatever goes wrong.
    """
    arrays = cache.read(name)
    if arrays is None:
        try:
            with _quiet():
                arrays = fetch()
        except DatasetError:
            raise
        # Servers send anything, and libraries then raise anything.
        except Exception as error:
            path = quoted_path(str(cache.cached_path(name)))
            raise DatasetError(
                f"can't fetch {what}: {reason(error)}",
                f"connect to the internet once, or copy {path} and its .sha256 from a machine that has them",
            ) from error
        cache.store(name, arrays)
    return arrays


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No warnings, no progress bars of libraries, and no waiting forever."""
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT_S)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stderr(io.StringIO()),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        socket.setdefaulttimeout(timeout)
