"""Where results come from: versions, machine, code, command. What a reviewer asks for first."""

import os
import platform
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from actloss_cli import __version__
from actloss_cli.plan.trial import MEANING

LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "pandas")


def describe_session(device: str, n_workers: int) -> dict[str, Any]:
    """One session's provenance. Equal bits are promised per torch version and instruction set: both are here."""
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(sys.argv),
        "actloss": __version__,
        "engine_meaning": MEANING,
        "git_commit": _git_commit(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "platform": platform.platform(),
        "processor": _processor(),
        "instruction_set": torch.backends.cpu.get_cpu_capability(),
        "cores": os.cpu_count(),
        "device": device,
        "workers": n_workers,
    }


def _git_commit() -> str | None:
    """The commit of the checkout that this code runs from, marked if it was changed since; None outside of one."""
    git = ["git", "-C", str(Path(__file__).parent)]
    try:
        commit = subprocess.run(
            [*git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return commit.stdout.strip() or None


def _processor() -> str:
    """The processor's name, as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
