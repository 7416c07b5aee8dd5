"""A Ray cluster that this process has joined: its slots, what its nodes run on, what is wrong with them."""

import logging
import os
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from actloss_cli.errors import Problem, UserError, user_error
from actloss_cli.execute.ray_cluster.software import Software, differences, software_here
from actloss_cli.execute.ray_cluster.tasks import report_software

LOCAL = "local"
"""The address that stands for a cluster of this machine alone, which ends with this process."""
GPU_SHARE = 0.25
"""What a task asks of a GPU: a stack of small models fills no more of one."""
PROBE_SHARE = 0.01
"""What asks of a GPU who only looks whether it is there."""
REFRESH_S = 2.0
"""For so long the nodes count as known: they come and go."""
CONNECT_S = 10.0
"""For which a cluster's address is tried."""
PATIENCE_S = 300.0
"""How long nodes may take to say what they run on, with all that they import for it."""

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",  # else they get what other programs leave; local workers get their share
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""For Ray's processes and this one, unless the user has said otherwise; the first of them turns telemetry off."""
_INSTALL = "install the same versions of Python, actloss and its dependencies on every node and here"


class Cluster:
    """Joined until `joined` is left."""

    def __init__(self, address: str, most: int | None, device: str) -> None:
        """At most so many tasks at once; the nodes are asked what they run on, and aren't waited for."""
        self._most = most
        self._nodes: list[dict[str, Any]] = []
        self._known_at = float("-inf")
        n_gpus = sum(node["Resources"].get("GPU", 0) for node in self._alive())
        if device == "cuda" and not n_gpus:
            raise user_error("no node has a GPU", where="--device cuda", hint="use --device cpu, or auto")
        self.device = "cuda" if n_gpus and device != "cpu" else "cpu"
        if not sum(map(self._slots_of, self._alive())):
            raise user_error(
                "no node has a CPU for tasks", where=f"--address {address}", hint="add a node to the cluster"
            )
        probe = ray.remote(max_retries=0, num_cpus=0, num_gpus=PROBE_SHARE if self.device == "cuda" else 0)(
            report_software
        )
        # On the only node each slot is asked, so that all of them import what they need while the plan is made.
        n_probes = self.n_slots if address == LOCAL else 1
        self._probes = [
            (
                node,
                probe.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(),
            )
            for node in self._alive()
            if self._slots_of(node)
            for _ in range(n_probes)
        ]
        self._software: list[tuple[dict[str, Any], Software]] = []

    @property
    def n_slots(self) -> int:
        """Tasks that run at once, at least 1: where all nodes are gone, a task waits for the next one."""
        n_slots = sum(map(self._slots_of, self._alive()))
        return max(1, n_slots if self._most is None else min(n_slots, self._most))

    @property
    def demand(self) -> Mapping[str, float]:
        """What a task asks of a node, as Ray's options."""
        return {"num_cpus": 1, "num_gpus": GPU_SHARE if self.device == "cuda" else 0}

    def check(self) -> None:
        """Waits until all nodes have said what they run on; raises where one can't train the same as here."""
        references = [reference for _, reference in self._probes]
        _, silent = ray.wait(references, num_returns=len(references), timeout=PATIENCE_S)
        if silent:
            raise user_error(
                f"{len(silent):,} of {len(references):,} nodes didn't answer within {PATIENCE_S:,.0f} s",
                hint="see 'ray status', and take out of the cluster what hangs",
            )
        try:
            self._software = [(node, ray.get(reference)) for node, reference in self._probes]
        except ray.exceptions.RayError as error:
            raise cannot_run(str(error)) from error
        found = [(f"node {node['NodeManagerAddress']}", software) for node, software in self._software]
        if any(software.versions != software_here().versions for _, software in found):
            raise mismatch(found)
        blind = [name for name, software in found if self.device == "cuda" and not software.has_cuda]
        if blind:
            raise user_error("torch finds no CUDA device", where=blind[0], hint="install a torch built for CUDA there")

    @property
    def provenance(self) -> Mapping[str, object]:
        """Of the nodes that were checked: equal bits are promised per instruction set."""
        slots = {node["NodeID"]: self._slots_of(node) for node, _ in self._software}
        kinds = Counter(
            f"{slots.pop(node['NodeID'])} at once, {software.processor}, {software.instruction_set}"
            for node, software in self._software
            if node["NodeID"] in slots
        )
        return {
            "executor": f"ray {ray.__version__}",
            "nodes": "; ".join(f"{n} x {kind}" for kind, n in kinds.items()),
            "instruction_set": " and ".join(self.instruction_sets),
        }

    @property
    def instruction_sets(self) -> list[str]:
        """That the nodes' processors have, of those that were checked."""
        return sorted({software.instruction_set for _, software in self._software})

    def _slots_of(self, node: Mapping[str, Any]) -> int:
        n_cpus = int(node["Resources"].get("CPU", 0))
        return n_cpus if self.device == "cpu" else min(n_cpus, int(node["Resources"].get("GPU", 0) / GPU_SHARE))

    def _alive(self) -> list[dict[str, Any]]:
        if time.monotonic() - self._known_at > REFRESH_S:
            self._nodes = [node for node in ray.nodes() if node["Alive"]]
            self._known_at = time.monotonic()
        return self._nodes


@contextmanager
def joined(address: str, most: int | None, device: str) -> Iterator[Cluster]:
    """The cluster at that address, left in the end; raises `UserError` where there is none to join."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    # What it warns of comes back as an error that we tell. For what it prints there is no public switch: of each node
    # that is lost a page of its last state would go to stdout.
    logging.getLogger("ray").setLevel(logging.CRITICAL)
    ray._private.worker._worker_logs_enabled = False
    at_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        _join(address, most)
        signal.signal(signal.SIGTERM, at_sigterm)  # Ray takes it for itself.
        yield Cluster(address, most, device)
    finally:
        ray.shutdown()


def mismatch(nodes: Iterable[tuple[str, Software]]) -> UserError:
    """The user's error for nodes, by name, of which some run on other versions than this process."""
    problems = [
        Problem(", ".join(found), where=name, hint=_INSTALL)
        for name, software in nodes
        if (found := list(differences(software, software_here())))
    ]
    return UserError(*dict.fromkeys(problems))  # several nodes may be at one address


def cannot_run(words: str) -> UserError:
    """The user's error for a node that can't even begin, in Ray's words."""
    last = words.strip().splitlines()[-1].strip() if words.strip() else "no reason was given"
    return user_error(f"a node of the cluster can't run actloss: {last}", hint=_INSTALL)


def _reach(address: str) -> None:
    """Raises where nobody listens: Ray would try for minutes."""
    if not (found := re.fullmatch(r"(?:ray://)?\[?(.+?)\]?:([0-9]+)", address)):
        return
    try:
        socket.create_connection((found[1], int(found[2])), timeout=CONNECT_S).close()
    except (OSError, OverflowError) as refusal:
        raise ConnectionError(f"nobody answers there ({refusal})") from refusal


def _join(address: str, most: int | None) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    try:
        if address == LOCAL:
            ray.init(address=LOCAL, num_cpus=most, include_dashboard=False, configure_logging=False, **quiet)
        else:
            _reach(address)
            ray.init(address=address, **quiet)
    except (ConnectionError, ValueError, RuntimeError, ImportError, ray.exceptions.RayError) as refusal:
        raise user_error(
            f"cannot join the Ray cluster: {' '.join(str(refusal).split())}",
            where=f"--address {address}",
            hint="start one with 'ray start --head', or leave --address out; Python and Ray must be the same there",
        ) from refusal
