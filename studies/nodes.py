"""A Ray cluster of several nodes on this machine: a head that trains nothing, and workers of one core each.

It lives in a process of its own, `python -m studies.nodes`, which obeys lines: `add`, `kill`, and ends with its input.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENDING_S = 60
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_worker_niceness": "0"}
"""For its processes and whoever joins them: no telemetry, no tokens, no second place behind other programs."""


class Nodes:
    """The cluster, seen from outside."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.address = self._answer()

    def add(self, **environment: str) -> None:
        """One more worker, whose processes see these variables too."""
        self._tell("add " + " ".join(f"{name}={value}" for name, value in environment.items()))

    def kill(self) -> None:
        """The worker that came last dies at once, with all that runs on it."""
        self._tell("kill")

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)
        self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("ok "):
                return line.split()[1]
        raise RuntimeError("the cluster has ended")


@contextmanager
def cluster_of(n_workers: int) -> Iterator[Nodes]:
    """The head and so many workers, until it is left."""
    command = [sys.executable, "-m", "studies.nodes", str(n_workers)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | QUIET,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Nodes(process)
    finally:
        try:
            process.communicate(timeout=ENDING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def main() -> None:
    """Starts the nodes, says the address, obeys."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - an extra; whoever only asks needs no Ray

    head = {"num_cpus": 0, "include_dashboard": False, "include_log_monitor": False, "no_monitor": True}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    workers = [_add(cluster, {}) for _ in range(int(sys.argv[1]))]
    print("ok", cluster.address, flush=True)
    for line in sys.stdin:
        verb, *arguments = line.split()
        if verb == "add":
            workers.append(_add(cluster, dict(argument.split("=", 1) for argument in arguments)))
        else:
            cluster.remove_node(workers.pop(), allow_graceful=False)
        print("ok", verb, flush=True)
    cluster.shutdown()


def _add(cluster: Any, environment: Mapping[str, str]) -> Any:
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        return cluster.add_node(num_cpus=1)
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    main()
