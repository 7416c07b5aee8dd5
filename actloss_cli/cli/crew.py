"""Who trains, as the command line names it: worker processes of this machine, or a Ray cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

from actloss_cli.execute.cores import default_workers

if TYPE_CHECKING:
    from actloss_cli.execute.run import Crew


class ExecutorName(StrEnum):
    """Who trains stacks."""

    LOCAL = "local"
    RAY = "ray"


class Device(StrEnum):
    """Where stacks train."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


@contextmanager
def crew_at_hand(
    executor: ExecutorName, address: str | None, workers: int | None, device: Device, timeout_s: float | None
) -> "Iterator[Crew]":
    """The crew until it is left; raises where one of them can't be had. For Ray `check_ray_is_there` goes before."""
    if executor is ExecutorName.LOCAL:
        from actloss_cli.execute.local import LocalCrew
        from actloss_cli.execute.run import resolve_device

        yield LocalCrew(workers or default_workers(), resolve_device(device), timeout_s)
        return
    from actloss_cli.execute.ray_cluster.cluster import LOCAL
    from actloss_cli.execute.ray_cluster.crew import ray_crew

    with ray_crew(address or LOCAL, workers or (None if address else default_workers()), device, timeout_s) as crew:
        yield crew


def check_ray_is_there() -> None:
    """Raises where Ray isn't installed; imports nothing of it."""
    from importlib.util import find_spec

    from actloss_cli.errors import user_error

    if find_spec("ray") is None:
        raise user_error("Ray is not installed", where="--executor ray", hint="pip install 'actloss-cli[ray]'")
