"""Several runs at once: a page that leads to theirs, and a table of every task of every run."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from actloss_cli.report.export import FORMATS
from actloss_cli.report.page.assets import PAGE
from actloss_cli.report.page.environment import environment, styled
from actloss_cli.report.page.run_entries import RunEntry
from actloss_cli.report.refusal import refusal_named


def write_index(entries: Sequence[RunEntry], folder: Path) -> list[Path]:
    """Writes `index.html` and `tasks.csv`; gives both paths. Raises `UserError` if the folder can't be written."""
    page, table = folder / PAGE, folder / "tasks.csv"
    css, policy = styled(())
    text = environment().get_template("runs.html.j2").render(css=css, policy=policy, entries=entries)
    with refusal_named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
        with table.open("wb") as file:
            FORMATS["csv"](pd.concat([entry.tasks for entry in entries], ignore_index=True), file)
    return [page, table]
