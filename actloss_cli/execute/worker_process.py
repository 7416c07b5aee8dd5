"""One worker process as its parent sees it: stacks given, answers taken, its death or its silence noticed.

Each has a pipe of its own, so that one that dies in the middle of a message harms no other.
"""

import signal
from collections import deque
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext

from actloss_cli.execute.jobs import Failure, Job
from actloss_cli.execute.processes import without_main
from actloss_cli.execute.worker import serve
from actloss_cli.store.packed import PackedOutcome

EXIT_S = 5.0
"""How long a process may take to end whose pipe is closed."""


class WorkerProcess:
    """A process that trains the jobs it was given, the first of `jobs` now."""

    def __init__(self, context: ForkServerContext | SpawnContext, device: str) -> None:
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, device), daemon=True)
        with without_main():
            self._process.start()
        theirs.close()
        self.jobs: deque[Job] = deque()
        self.waited_s = 0.0
        """For the answer to the first job; counted by whoever waits."""

    @property
    def signs(self) -> tuple[Connection, int]:
        """What is ready once there is an answer or the process has ended."""
        return self._connection, self._process.sentinel

    @property
    def has_answer(self) -> bool:
        """Whether `take` would find one."""
        return self._connection.poll()

    def give(self, job: Job) -> None:
        """Another stack to train; if the process is dead, its next answer says so."""
        self.jobs.append(job)
        with suppress(OSError):
            self._connection.send(job.stack)

    def take(self) -> tuple[Job, list[PackedOutcome] | Failure] | None:
        """The answer to its first job, if there is one; None where it works on."""
        answer: list[PackedOutcome] | Failure
        if self._connection.poll():
            try:
                answer = self._connection.recv()
            except (EOFError, OSError):
                answer = self._death()
        elif not self._process.is_alive():
            answer = self._death()
        else:
            return None
        self.waited_s = 0.0
        return self.jobs.popleft(), answer

    @property
    def is_dead(self) -> bool:
        """Whether the process has ended."""
        return not self._process.is_alive()

    def kill(self) -> None:
        """Ends the process now."""
        self._process.kill()
        self._process.join()
        self._connection.close()

    def _death(self) -> Failure:
        self._process.join(EXIT_S)
        return Failure(f"the worker process {describe_exit(self._process.exitcode)}")


def describe_exit(code: int | None) -> str:
    """What ended a process, by the code that multiprocessing gives."""
    if code is None or code >= 0:
        return f"ended with exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return f"was ended by {name}" + (", as a system does that runs out of memory" if -code == signal.SIGKILL else "")
