"""The pairings that a reader asked for in a terminal: per task how many, their verdicts, the ranked list."""

import pandas as pd
from rich.console import Console

from actloss_cli.report.findings import count_verdicts
from actloss_cli.report.frame_rows import of_task
from actloss_cli.report.terminal_ranking import print_selected
from actloss_cli.report.terminal_text import say, shown, verdict_text


def render_selection(
    console: Console, name: str, pairings: pd.DataFrame, chosen: pd.DataFrame, label: str, top: int
) -> None:
    """Of a run of that name: `chosen` of all its `pairings`, the best `top` of each task; what the label says."""
    say(console, shown(console, name, "bold"), f": {len(chosen):,} of {len(pairings):,} pairings: {label}")
    for task in chosen["task"].unique():
        of_this, all_of_this = of_task(chosen, task), of_task(pairings, task)
        console.print()
        say(console, shown(console, f"{task}: {len(of_this):,} of {len(all_of_this):,} pairings", "bold"))
        for verdict, n in count_verdicts(of_this).items():
            say(console, f"{n:>6,} ", verdict_text(console, verdict))
        print_selected(console, all_of_this, of_this, top)
