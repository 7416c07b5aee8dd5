"""A plan on the terminal: sizes per task, what is invalid and why, about how long it takes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from actloss_cli.execute.calibrate import TaskSize

MAX_REASONS = 12
"""How many are told on the terminal, the most frequent first."""

_COLUMNS = {
    "n_pairings": "pairings",
    "n_invalid": "invalid",
    "n_tune": "tune",
    "n_final": "final",
    "n_stacks": "stacks",
    "model_steps": "model-steps",
}


def render_plan(
    console: Console,
    name: str,
    sizes: "Mapping[str, TaskSize]",
    invalid: Mapping[str, int],
    n_workers: int,
    seconds: float,
) -> None:
    """Prints the plan; `invalid` counts pairings by reason."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=Text(f"plan of {name}"), title_justify="left")
    table.add_column("task", overflow="fold")
    for heading in _COLUMNS.values():
        table.add_column(heading, justify="right")
    for label, size in sizes.items():
        table.add_row(Text(label), *(_count(getattr(size, key)) for key in _COLUMNS))
    table.add_section()
    table.add_row("all", *(_count(sum(getattr(size, key) for size in sizes.values())) for key in _COLUMNS))
    console.print(table)
    if n_loop := sum(size.n_loop for size in sizes.values()):
        asked_by = "as their optimizer, their model or a function of your own asks"
        console.print(Text(f"{n_loop:,} trials by the plain loop, one after another, {asked_by}"))
    for reason, count in sorted(invalid.items(), key=lambda item: -item[1])[:MAX_REASONS]:
        console.print(Text(f"invalid, {count} pairings: {reason}"))
    if (more := len(invalid) - MAX_REASONS) > 0:
        console.print(Text(f"and {more} more reasons, for fewer pairings each; --json has them all"))
    console.print(
        Text(
            f"about {_duration(seconds)} on {n_workers} workers, from a short calibration; "
            "a winner at the edge of its learning rates adds tune trials"
        )
    )


def _count(n: int) -> str:
    return f"{n:,}" if n < 1_000_000 else f"{n / 1e6:.1f} M"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
