"""The check of a large database's rows by a process of its own, while this one reads them: a core each."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from actloss_cli.store.checks import check_rows

_WORTH_A_PROCESS = 8_000_000
"""Bytes of a database whose check takes about as long as the start of a process."""


@contextmanager
def checking(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Reads that `db` does meanwhile count only if this ends well: it raises as `check_rows` does, or before its end.

    Whatever the other process doesn't find sound is checked here, so its refusal never counts alone. During a run it
    may see a later commit than `db` does; a damaged row is still found, unless the run has just written it anew.
    """
    if path.stat().st_size < _WORTH_A_PROCESS:
        check_rows(db, path)
        yield
        return
    # -P: nothing is imported from the folder that the user happens to be in.
    command = [sys.executable, "-P", "-m", __name__, str(path.resolve())]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as it:
        try:
            yield
        except Exception:  # What is damaged may also not be read; the check says it better.
            it.kill()
            check_rows(db, path)
            raise
        except BaseException:
            it.kill()
            raise
        if it.wait() != 0:
            check_rows(db, path)


if __name__ == "__main__":
    database = Path(sys.argv[1])
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        check_rows(connection, database)
