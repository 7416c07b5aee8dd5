"""Every figure of a run, as PNG and SVG: what is drawn for a task, under which name."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.ranks import all_ranks
from actloss_cli.analysis.variance_shares import variance_shares
from actloss_cli.analysis.verdicts import WORKING
from actloss_cli.report.canvas import house_style, save_figure
from actloss_cli.report.cell_grid import cell_grid
from actloss_cli.report.curves import draw_curves
from actloss_cli.report.escape import file_stems
from actloss_cli.report.findings import title_of
from actloss_cli.report.frame_rows import of_task, row_at
from actloss_cli.report.heatmap import draw_heatmap
from actloss_cli.report.lr_sweeps import LrSweep, draw_lr_sweeps, lr_sweeps
from actloss_cli.report.number_format import format_score, format_share, score_name
from actloss_cli.report.rank_diagram import draw_ranks
from actloss_cli.report.ranking import best_on_validation, worst_mismatched
from actloss_cli.report.variance_figure import draw_variance_shares
from actloss_cli.store.data import RunData


def write_figures(run: RunData, analysis: Analysis, folder: Path) -> list[Path]:
    """Writes `TASK-output-by-loss`, `TASK-activation-by-optimizer`, `TASK-curves` and `TASK-learning-rates`.

    Of all tasks together `variance-shares` and, where there are tasks enough, `KIND-ROLE-ranks`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stems = file_stems([str(task) for task in analysis.tasks.index])
    written: list[Path] = []
    with house_style():
        for task, stem in stems.items():
            for name, figure in _figures(run, analysis, task):
                written += save_figure(figure, folder / f"{stem}-{name}")
        for name, figure in _figures_of_all(run, analysis):
            written += save_figure(figure, folder / name)
    return written


def _figures_of_all(run: RunData, analysis: Analysis) -> Iterator[tuple[str, Figure]]:
    if shares := draw_variance_shares(variance_shares(run, analysis)):
        yield "variance-shares", shares
    for ranks in all_ranks(analysis.pairings):
        yield f"{ranks.kind}-{ranks.role}-ranks", draw_ranks(ranks)


def _figures(run: RunData, analysis: Analysis, task: str) -> Iterator[tuple[str, Figure]]:
    pairings = of_task(analysis.pairings, task)
    kind = str(pairings["kind"].iloc[0])
    title = title_of(task, pairings, ("output", "loss"))
    yield "output-by-loss", draw_heatmap(cell_grid(output_by_loss(analysis, task)), title, score_name(kind))
    title = title_of(task, pairings, ("activation", "optimizer"))
    yield (
        "activation-by-optimizer",
        draw_heatmap(cell_grid(activation_by_optimizer(analysis, task)), title, score_name(kind)),
    )
    reference = analysis.references.get(task)
    if curves := draw_curves(run, pairings, reference, _curves_title(task, pairings)):
        yield "curves", curves
    if reference and (sweeps := lr_sweeps(run, pairings, reference)):
        yield "learning-rates", draw_lr_sweeps(sweeps, kind, _sweeps_title(task, row_at(pairings, reference), sweeps))


def _curves_title(task: str, pairings: pd.DataFrame) -> str:
    best = best_on_validation(pairings, 1)["score"]
    worst = worst_mismatched(pairings, 1)["score"].dropna()
    if best.empty:
        return f"{task}: no score yet"
    reached = f"{task}: the pairing best on validation scores {format_score(best.iloc[0])} on the test set"
    return f"{reached}, the worst mismatched {format_score(worst.iloc[0])}" if len(worst) else reached


def _sweeps_title(task: str, reference: pd.Series, sweeps: list[LrSweep]) -> str:
    functions = "/".join(str(reference[role]) for role in ("activation", "output", "loss"))
    n_working = sum(sweep.verdict in WORKING for sweep in sweeps)
    return f"{task}: {functions} works with {format_share(n_working, len(sweeps))} optimizers, each at its own lr"
