"""What installed packages say that they offer: entry points by role and name. Nothing is imported here."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "activation": "actloss.activations",
        "output": "actloss.outputs",
        "loss": "actloss.losses",
        "optimizer": "actloss.optimizers",
        "dataset": "actloss.datasets",
    }
)
"""Of entry points, by role."""


def offered(role: str) -> dict[str, EntryPoint]:
    """By name, what packages offer in that role; of two with one name the first."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUPS[role]):
        found.setdefault(point.name, point)
    return found
