"""What was measured on: processor, cores, caches, versions, date."""

import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from actloss_cli.store.provenance import describe_session

CPU0 = Path("/sys/devices/system/cpu/cpu0/cache")


@dataclass(frozen=True)
class Machine:
    """A session of the benchmark; facts as strings, in the order in which a page shows them."""

    started: str
    command: str
    code: str
    """Version and commit of what was measured."""
    facts: dict[str, str] = field(default_factory=dict)


def describe_machine(n_workers: int, jax_python: str | None) -> Machine:
    """This machine, now."""
    session: dict[str, Any] = describe_session("cpu", n_workers)
    libraries = session["libraries"] | {"joblib": version("joblib")} | _jax(jax_python)
    facts = {
        "processor": f"{session['processor']}, {session['instruction_set']}",
        "cores": f"{session['cores']}, of which each contender uses {n_workers}",
        "caches": _caches() or "unknown",
        "system": session["platform"],
        "python": session["python"],
        "libraries": ", ".join(f"{name} {number}" for name, number in libraries.items()),
    }
    code = f"actloss {session['actloss']}, commit {session['git_commit'] or 'unknown'}"
    command = shlex.join(["python", *sys.orig_argv[1:]])
    return Machine(session["started"], command, code, facts)


def _jax(python: str | None) -> dict[str, str]:
    """JAX's version in its own environment."""
    if python is None:
        return {}
    command = [python, "-c", "from importlib.metadata import version; print(version('jax'))"]
    return {"jax": subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()}


def _caches() -> str:
    """Sizes of one core's caches, as Linux tells them; "" elsewhere."""
    found = []
    for index in sorted(CPU0.glob("index*")):
        level, kind, size = ((index / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            found.append(f"L{level} {size}")
    return ", ".join(found)
