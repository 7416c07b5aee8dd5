"""What installed packages say that they offer: entry points by name. Nothing is imported here."""

from importlib.metadata import EntryPoint, entry_points


def offered_in(group: str) -> dict[str, EntryPoint]:
    """By name; of two with one name the first."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        found.setdefault(point.name, point)
    return found
