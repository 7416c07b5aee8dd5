"""Who trains stacks on a cluster: joins it, checks its nodes, puts them to work."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from actloss_cli.execute.ray_cluster.cluster import Cluster, joined
from actloss_cli.execute.ray_cluster.executor import RayExecutor
from actloss_cli.execute.time_limits import TimeLimits
from actloss_cli.plan.plan import Plan


@dataclass(frozen=True)
class RayCrew:
    """A cluster's nodes."""

    cluster: Cluster
    timeout_s: float | None

    @property
    def n_workers(self) -> int:
        """Tasks that run at once."""
        return self.cluster.n_slots

    @property
    def device(self) -> str:
        """The same for all stacks."""
        return self.cluster.device

    @property
    def provenance(self) -> Mapping[str, object]:
        """Ray's version, and the nodes."""
        return self.cluster.provenance

    def muster(self) -> tuple[str, ...]:
        """Waits until the nodes have said what they run on; raises where one can't train the same as here."""
        self.cluster.check()
        sets = self.cluster.instruction_sets
        mixed = f"the nodes' processors differ ({', '.join(sets)}): the last digits hang on where a trial trains"
        return (mixed,) if len(sets) > 1 else ()

    def executor(self, plan: Plan) -> "RayExecutor":
        """For the stacks of this plan; puts its data where nodes fetch them once."""
        return RayExecutor(self.cluster, plan.tasks, TimeLimits(plan.tasks, self.timeout_s))


@contextmanager
def ray_crew(address: str, n_workers: int | None, device: str, timeout_s: float | None) -> Iterator[RayCrew]:
    """Joins the cluster at the address, or starts one on this machine for `local`, and leaves it in the end.

    At most `n_workers` tasks run at once; None for as many as there is room for. Raises `UserError` where there is no
    such cluster. Its nodes answer meanwhile what they run on: `Cluster.check` waits for them.
    """
    with joined(address, n_workers, device) as cluster:
        yield RayCrew(cluster, timeout_s)
