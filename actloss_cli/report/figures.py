"""Every figure of a run, as PNG and SVG: what is drawn for a task, under which name."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.ranks import all_ranks
from actloss_cli.analysis.variance_shares import variance_shares
from actloss_cli.analysis.verdicts import MISMATCHED, WORKING
from actloss_cli.report.built import Built, Written, joint_digest
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
from actloss_cli.report.ranking import best_on_validation, pairing_label, trained
from actloss_cli.report.variance_figure import draw_variance_shares
from actloss_cli.store.data import RunData


def write_figures(run: RunData, analysis: Analysis, folder: Path, built: Built, digests: Mapping[str, str]) -> Written:
    """Writes `TASK-output-by-loss`, `TASK-activation-by-optimizer`, `TASK-curves` and `TASK-learning-rates`.

    Of all tasks together `variance-shares` and, where there are tasks enough, `KIND-ROLE-ranks`. What was drawn before
    of the same inputs, by `digests` of each task, stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stems = file_stems([str(task) for task in analysis.tasks.index])
    written = Written()
    for task, stem in stems.items():
        figures = ((f"{stem}-{name}", figure) for name, figure in _figures(run, analysis, task))
        written += _draw(figures, folder, built, f"figures of {task}", digests[task])
    of_all = joint_digest(digests.values())
    return written + _draw(_figures_of_all(run, analysis), folder, built, "figures of all tasks", of_all)


def _draw(figures: Iterator[tuple[str, Figure]], folder: Path, built: Built, name: str, digest: str) -> Written:
    """Saves each figure under its name, unless all of them are there."""

    def draw() -> Iterator[Path]:
        with house_style():
            for stem, figure in figures:
                yield from save_figure(figure, folder / stem)

    return built.make(name, digest, draw)


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
        yield "learning-rates", draw_lr_sweeps(sweeps, kind, sweeps_title(task, row_at(pairings, reference), sweeps))


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
