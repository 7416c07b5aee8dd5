"""Commands of actloss, each in a process of its own, forked from one that has imported torch and pandas already.

So are their workers. What a command does, says and leaves is what it would be as `python -m actloss_cli`; only imports
cost nothing. For what depends on them, or on variables that are read as Python starts, start Python instead.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from typing import NoReturn

REPOSITORY = Path(__file__).resolve().parent.parent
PATIENCE_S = 300
_LEFT_OUT = ("actloss_cli.__main__", "actloss_cli.execute.ray_cluster", "actloss_cli.trackers")
"""What begins a command, and what needs optional libraries."""


class Nursery:
    """Starts the process that commands are forked from, and asks it for them one after another."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
        """Waits for it to end."""
        with tempfile.TemporaryDirectory() as scratch:
            written = [str(Path(scratch) / name) for name in ("out", "err")]
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            print(json.dumps([arguments, str(cwd), dict(os.environ), *written]), file=self._process.stdin, flush=True)
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(arguments, code, *(Path(path).read_text("utf-8") for path in written))


@cache
def nursery() -> Nursery:
    """That of this process; it ends with it, as its input does."""
    return Nursery()


def _fork(arguments: list[str], cwd: str, env: dict[str, str], out: str, err: str) -> int:
    """The exit code of a command, as `subprocess` has it; one that hangs is killed."""
    child = os.fork()
    if child == 0:
        os.setsid()
        for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
            os.dup2(os.open(path, flags | os.O_CREAT, 0o600), number)
        _become(arguments, cwd, env)
    deadline = time.monotonic() + PATIENCE_S
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.005)
    return os.waitstatus_to_exitcode(ended[1])


def _become(arguments: list[str], cwd: str, env: dict[str, str]) -> NoReturn:
    import actloss_cli.__main__ as started
    from actloss_cli.cli.app import main

    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.path[0] = cwd
    sys.modules["__main__"] = started
    # Workers are copies of the one process that has imported what they need; its parent alone can ask whether it lives.
    for asks in (forkserver, forkserver._forkserver):  # type: ignore[attr-defined]
        asks.ensure_running = lambda: None
    sys.argv = [str(started.__file__), *arguments]
    code = 0
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    # What Python does as it ends, but for freeing all that was imported, object by object.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _serve() -> None:
    import actloss_cli
    from actloss_cli.execute.processes import prepare_workers

    for module in pkgutil.walk_packages(actloss_cli.__path__, "actloss_cli."):
        if not module.name.startswith(_LEFT_OUT):
            importlib.import_module(module.name)
    prepare_workers()
    gc.freeze()
    answers = os.dup(1)
    for line in sys.stdin:
        os.write(answers, f"{_fork(*json.loads(line))}\n".encode())


if __name__ == "__main__":
    _serve()
