"""What runs on the nodes of a cluster: a batch of stacks in, their outcomes out. Single-threaded, knows no store."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from actloss_cli.datasets import Dataset
from actloss_cli.execute.jobs import Failure, too_slow
from actloss_cli.execute.ray_cluster.alarm import TookTooLong, at_most
from actloss_cli.execute.ray_cluster.software import Software, software_here
from actloss_cli.execute.worker import failure_of, train_on
from actloss_cli.plan.trial import Stack
from actloss_cli.store.packed import PackedOutcome
from actloss_cli.threads import single_thread

Answer = list[PackedOutcome] | Failure

_datasets: dict[str, Dataset] = {}
"""By fingerprint, as they first came to this process: what is kept of one is kept by its identity."""


@dataclass(frozen=True)
class Batch:
    """Stacks of one task."""

    stacks: Sequence[Stack]
    limits_s: Sequence[float]
    """How long each may take."""
    device: str
    software: Software
    """What the driver runs on."""


def report_software() -> Software:
    """What a node runs on; whoever asks first waits until all is imported and compiled that training needs."""
    import_module("actloss_cli.execute.preloaded")  # not on top: the driver needs it not
    return software_here()


@single_thread()
def train_batch(batch: Batch, dataset: Dataset) -> list[Answer] | Software:
    """One answer per stack; or, of a node that joined with other versions than the driver's, what it runs on."""
    here = software_here()
    if here.versions != batch.software.versions:
        return here
    dataset = _datasets.setdefault(dataset.fingerprint, dataset)
    return [
        _answer(stack, limit_s, dataset, batch.device)
        for stack, limit_s in zip(batch.stacks, batch.limits_s, strict=True)
    ]


def _answer(stack: Stack, limit_s: float, dataset: Dataset, device: str) -> Answer:
    try:
        with at_most(limit_s):
            return train_on(dataset, stack, device)
    except TookTooLong:
        return too_slow(stack, limit_s)
    except Exception as error:
        return failure_of(error)
