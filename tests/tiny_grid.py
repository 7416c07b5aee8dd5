"""A grid of seconds, run whole through the command line, for tests of what comes after training."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess

from tests.forked import PATIENCE_S, nursery

TINY = """\
name: tiny
tasks:
  - {kind: regression, dataset: friedman1}
  - {kind: binary, dataset: moons}
activation: [relu, tanh]
output: {regression: [identity, sigmoid], binary: [identity, sigmoid, softmax]}
loss: {regression: [mse], binary: [bce, hinge]}
optimizer: [sgd, adam]
lr: {points: 3}
seeds: {tune: 2, final: 3}
model: {hidden: [8]}
training: {epochs: 4, batch_size: 64}
"""
N_PAIRINGS = 2 * 2 * 2 + 2 * 3 * 2 * 2
N_INVALID = 2 * 2
"""bce on an identity output, per activation and optimizer."""


def actloss(*arguments: object, cwd: Path) -> CompletedProcess[str]:
    """Runs the command as a user does, without a terminal, but for the time that its imports take."""
    if sys.platform != "linux":  # Elsewhere the system's own libraries may not survive being copied.
        return actloss_from_scratch(*arguments, cwd=cwd, env=os.environ)
    return nursery().run([str(argument) for argument in arguments], cwd)


def actloss_from_scratch(
    *arguments: object, cwd: Path, env: Mapping[str, str], umask: int = -1
) -> CompletedProcess[str]:
    """The same in a Python of its own, for what is read as it starts."""
    command = [sys.executable, "-m", "actloss_cli", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=env, umask=umask, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def write_tiny(folder: Path, text: str = TINY) -> Path:
    """Writes the config; gives its path."""
    path = folder / "tiny.yaml"
    path.write_text(text)
    return path
