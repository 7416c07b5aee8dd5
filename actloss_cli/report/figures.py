"""Every figure of a run: what is drawn for a task, under which name."""

from collections.abc import Callable, Iterator, Mapping

import pandas as pd
from matplotlib.figure import Figure

from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.ranks import Ranks, all_ranks
from actloss_cli.analysis.variance_shares import variance_shares
from actloss_cli.analysis.verdicts import MISMATCHED, WORKING
from actloss_cli.config.wording import nearest_or_all
from actloss_cli.errors import user_error
from actloss_cli.report.canvas import house_style
from actloss_cli.report.cell_grid import cell_grid
from actloss_cli.report.curves import draw_curves
from actloss_cli.report.findings import title_of
from actloss_cli.report.frame_rows import of_task, row_at
from actloss_cli.report.heatmap import draw_heatmap
from actloss_cli.report.lr_sweeps import LrSweep, draw_lr_sweeps, lr_sweeps
from actloss_cli.report.number_format import format_score, format_share, score_name
from actloss_cli.report.rank_diagram import draw_ranks
from actloss_cli.report.ranking import best_on_validation, pairing_label, trained
from actloss_cli.report.variance_figure import draw_variance_shares
from actloss_cli.store.data import RunData


def figure_names(analysis: Analysis) -> list[str]:
    """Figures of one task, then those of all tasks together."""
    return [*_OF_TASK, _SHARES, *(_ranks_name(ranks) for ranks in all_ranks(analysis.pairings))]


def draw_named(run: RunData, analysis: Analysis, name: str, task: str | None) -> Figure:
    """The figure of that name, of that task or, where that is None, of the only one.

    Raises `UserError` for a name or task that is not there, and where there is nothing to show yet.
    """
    with house_style():
        if name in _OF_TASK:
            figure = _OF_TASK[name](run, analysis, _known_task(analysis, name, task))
        elif task is not None and name in figure_names(analysis):
            raise user_error(f"figure '{name}' is of all tasks together", hint="leave the task out")
        else:
            figure = dict(figures_of_all(analysis, variance_shares(run, analysis))).get(name)
    if figure is None:
        names = figure_names(analysis)
        if name in names:
            raise user_error(f"figure '{name}' has nothing to show", hint="its trials are missing, or no pairing works")
        raise user_error(f"no figure '{name}'", hint=nearest_or_all(name, names, "there are"))
    return figure


def _known_task(analysis: Analysis, name: str, task: str | None) -> str:
    tasks = [str(label) for label in analysis.tasks.index]
    if task is None and len(tasks) == 1:
        return tasks[0]
    if task is None:
        raise user_error(f"figure '{name}' is of one task", hint=f"say which: {', '.join(tasks)}")
    if task not in tasks:
        raise user_error(f"no task '{task}' in these results", hint=nearest_or_all(task, tasks, "there are"))
    return task


def figures_of_all(analysis: Analysis, shares: pd.DataFrame) -> Iterator[tuple[str, Figure]]:
    """Name and figure of what all tasks show together; `shares` are those of `variance_shares`."""
    if figure := draw_variance_shares(shares):
        yield _SHARES, figure
    for ranks in all_ranks(analysis.pairings):
        yield _ranks_name(ranks), draw_ranks(ranks)


def _ranks_name(ranks: Ranks) -> str:
    return f"{ranks.kind}-{ranks.role}-ranks"


def figures_of(run: RunData, analysis: Analysis, task: str) -> Iterator[tuple[str, Figure]]:
    """Name and figure of what there is to show of a task."""
    for name, draw in _OF_TASK.items():
        if figure := draw(run, analysis, task):
            yield name, figure


def _draw_output_by_loss(_: RunData, analysis: Analysis, task: str) -> Figure:
    return _draw_grid(analysis, task, output_by_loss(analysis, task), ("output", "loss"))


def _draw_activation_by_optimizer(_: RunData, analysis: Analysis, task: str) -> Figure:
    return _draw_grid(analysis, task, activation_by_optimizer(analysis, task), ("activation", "optimizer"))


def _draw_grid(analysis: Analysis, task: str, cells: pd.DataFrame, roles: tuple[str, str]) -> Figure:
    pairings = of_task(analysis.pairings, task)
    return draw_heatmap(
        cell_grid(cells), title_of(task, pairings, roles), score_name(str(row_at(analysis.tasks, task)["kind"]))
    )


def _draw_curves_of(run: RunData, analysis: Analysis, task: str) -> Figure | None:
    pairings = of_task(analysis.pairings, task)
    return draw_curves(run, pairings, analysis.references.get(task), _curves_title(task, pairings))


def _draw_learning_rates(run: RunData, analysis: Analysis, task: str) -> Figure | None:
    pairings, reference = of_task(analysis.pairings, task), analysis.references.get(task)
    if not reference or not (sweeps := lr_sweeps(run, pairings, reference)):
        return None
    kind = str(row_at(analysis.tasks, task)["kind"])
    return draw_lr_sweeps(sweeps, kind, sweeps_title(task, row_at(pairings, reference), sweeps))


_OF_TASK: Mapping[str, Callable[[RunData, Analysis, str], Figure | None]] = {
    "output-by-loss": _draw_output_by_loss,
    "activation-by-optimizer": _draw_activation_by_optimizer,
    "curves": _draw_curves_of,
    "learning-rates": _draw_learning_rates,
}
_SHARES = "variance-shares"


def _curves_title(task: str, pairings: pd.DataFrame) -> str:
    best = best_on_validation(pairings, 1)
    if best.empty or pd.isna(best["score"].iloc[0]):
        return f"{task}: no score yet"
    reached = f"{task}: {pairing_label(best.iloc[0])}, best on validation, scores {format_score(best['score'].iloc[0])}"
    mismatched = trained(pairings)
    causes = mismatched.loc[mismatched["verdict"].isin(MISMATCHED), "cause_name"]
    n_due = causes.value_counts()
    if not n_due.size or not n_due.index[0]:
        return reached
    return f"{reached}; commonest mismatch: {n_due.index[0]} ({format_share(int(n_due.iloc[0]), len(causes))})"


def sweeps_title(task: str, reference: pd.Series, sweeps: list[LrSweep]) -> str:
    """`moons: relu/sigmoid/bce works with 3 of 5 optimizers, each at its own lr`."""
    functions = "/".join(str(reference[role]) for role in ("activation", "output", "loss"))
    n_working = sum(sweep.verdict in WORKING for sweep in sweeps)
    return f"{task}: {functions} works with {format_share(n_working, len(sweeps))} optimizers, each at its own lr"
