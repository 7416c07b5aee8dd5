"""actloss: which activation, output, loss and optimizer go together, which are mismatched, and why."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actloss_cli.checking import Check, Finding, check

__version__ = "0.1.0"
__all__ = ["Check", "Finding", "__version__", "check"]


def __getattr__(name: str) -> Any:
    """Brings `check` when it is asked for: torch takes seconds, and most verbs do without."""
    if name in ("Check", "Finding", "check"):
        from actloss_cli import checking  # noqa: PLC0415 - that is the point

        return getattr(checking, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
