"""Where results come from: versions, machine, code, command. What a reviewer asks for first."""

import os
import platform
import shlex
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from actloss_cli import __version__
from actloss_cli.plan.trial import MEANING

PACKAGE = Path(__file__).resolve().parent.parent
LIBRARIES = ("torch", "llvmlite", "numpy", "scipy", "scikit-learn", "pandas")


def describe_session(device: str, n_workers: int) -> dict[str, Any]:
    """One session's provenance. Equal bits are promised per torch version and instruction set: both are here."""
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(sys.argv),
        "actloss": __version__,
        "engine_meaning": MEANING,
        "git_commit": commit_of(PACKAGE),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "platform": platform.platform(),
        "processor": processor(),
        "instruction_set": torch.backends.cpu.get_cpu_capability(),
        "cores": os.cpu_count(),
        "device": device,
        "workers": n_workers,
    }


def commit_of(package: Path) -> str | None:
    """The commit of the checkout of actloss that the package lies in, marked if it was changed since; None elsewhere.

    A package that is installed into an environment inside of somebody's repository must not get their commit.
    """
    checkout = package.parent
    top = _git(checkout, "rev-parse", "--show-toplevel")
    if top is None or Path(top) != checkout or not _is_ours(checkout / "pyproject.toml"):
        return None
    return _git(checkout, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")


def _is_ours(pyproject: Path) -> bool:
    try:
        declared = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(declared.get("project", {}).get("name") == "actloss-cli")


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None without git, or where it refuses."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None


def processor() -> str:
    """The processor's name, as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
