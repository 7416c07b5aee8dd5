"""A piece of docs/gallery.md: what was found in words, its pictures, the command that shows it; and how to count."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.curves import draw_curve_panels
from actloss_cli.report.frame_rows import of_task, row_at
from actloss_cli.report.markdown import code
from actloss_cli.report.number_format import format_share
from actloss_cli.store.data import RunData


@dataclass(frozen=True)
class Picture:
    """One figure; it is drawn when it is saved."""

    name: str
    """Of its file, without the ending."""
    draw: Callable[[], Figure | None]


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    heading: str
    paragraphs: tuple[str, ...]
    """Markdown."""
    pictures: tuple[Picture, ...] = ()
    command: tuple[str, ...] = ()
    """The arguments of `actloss` that show the same in a terminal."""


@dataclass(frozen=True, eq=False)
class Told:
    """What a gallery is told of."""

    run: RunData
    analysis: Analysis

    @property
    def pairings(self) -> pd.DataFrame:
        """As `Analysis.pairings` has them."""
        return self.analysis.pairings

    @property
    def tasks(self) -> list[str]:
        """With a reference, in the plan's order: of others nothing can be told."""
        return [str(task) for task in self.analysis.tasks.index if task in self.analysis.references]

    @property
    def clearest(self) -> str:
        """The task in which the most pairings work; raises ValueError where no task has a reference."""
        return max(self.tasks, key=lambda task: int(self.of(task)["works"].sum()))

    @property
    def results(self) -> str:
        """Where `make run` leaves the run."""
        return f"results/{self.run.name}"

    def of(self, task: str) -> pd.DataFrame:
        """Its pairings."""
        return of_task(self.pairings, task)

    def reference(self, task: str) -> pd.Series:
        """The row of its reference."""
        return row_at(self.pairings, self.analysis.references[task])


def head(pairings: pd.DataFrame, output: str, loss: str) -> pd.DataFrame:
    """Those with that output and loss."""
    return pairings[(pairings["output"] == output) & (pairings["loss"] == loss)]


def working(pairings: pd.DataFrame) -> str:
    """`12 of 35`."""
    return format_share(int(pairings["works"].sum()), len(pairings))


def named(output: str, loss: str) -> str:
    """`softmax` under `cross_entropy`."""
    return f"{code(output)} under {code(loss)}"


def curves_of(told: Told, name: str, title: str, panel: str, *rows: pd.DataFrame) -> Picture:
    """Learning curves of some pairings of one task in one panel."""
    chosen = pd.concat(rows)
    chosen = chosen[~chosen.index.duplicated()]
    reference = told.analysis.references[str(chosen["task"].iloc[0])]
    return Picture(name, lambda: draw_curve_panels(told.run, {panel: chosen}, reference, title))
