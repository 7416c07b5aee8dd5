"""What this process runs on, as far as a trial's numbers hang on it; and how it differs from what others run on."""

import hashlib
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import torch

from actloss_cli import __version__
from actloss_cli.store.provenance import LIBRARIES, PACKAGE, processor


@dataclass(frozen=True)
class Software:
    """Of one process."""

    versions: Mapping[str, str]
    """By name: what must be the same everywhere for equal numbers."""
    processor: str
    instruction_set: str
    has_cuda: bool


@cache
def software_here() -> Software:
    """Of this process."""
    libraries = {name: version(name) for name in LIBRARIES}
    return Software(
        versions={
            "python": platform.python_version(),
            "actloss": __version__,
            "its code": _digest(PACKAGE),
            **libraries,
        },
        processor=processor(),
        instruction_set=torch.backends.cpu.get_cpu_capability(),
        has_cuda=torch.cuda.is_available(),
    )


def differences(theirs: Software, ours: Software) -> Iterator[str]:
    """`torch 2.12.0 instead of 2.13.0`, for each version that is not ours."""
    for name, expected in ours.versions.items():
        if (found := theirs.versions.get(name, "missing")) != expected:
            yield f"{name} {found} instead of {expected}"


def _digest(package: Path) -> str:
    """Of every module's text: two checkouts may differ under one version."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
