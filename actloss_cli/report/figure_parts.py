"""The figures of a report as parts of it: PNG and SVG files. Imports nothing that draws before one is drawn."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.built import Part, joint_digest
from actloss_cli.report.escape import file_stems
from actloss_cli.store.data import RunData


def figure_parts(
    run: RunData, analysis: Analysis, shares: pd.DataFrame, folder: Path, digests: Mapping[str, str]
) -> Iterator[Part]:
    """What writes `TASK-output-by-loss`, `TASK-activation-by-optimizer`, `TASK-curves` and `TASK-learning-rates`.

    Of all tasks together `variance-shares` and, where there are tasks enough, `KIND-ROLE-ranks`. `digests` are those of
    each task.
    """
    for task, stem in file_stems([str(task) for task in analysis.tasks.index]).items():
        draw = partial(_save_figures_of, run, analysis, task, folder / stem)
        yield Part(f"figures of {task}", digests[task], draw)
    draw_all = partial(_save_figures_of_all, analysis, shares, folder)
    yield Part("figures of all tasks", joint_digest(digests.values()), draw_all)


def _save_figures_of(run: RunData, analysis: Analysis, task: str, stem: Path) -> Iterator[Path]:
    """Each under its name, after the task's."""
    from actloss_cli.report.canvas import house_style, save_figure
    from actloss_cli.report.figures import figures_of

    stem.parent.mkdir(parents=True, exist_ok=True)
    with house_style():
        for name, figure in figures_of(run, analysis, task):
            yield from save_figure(figure, stem.with_name(f"{stem.name}-{name}"))


def _save_figures_of_all(analysis: Analysis, shares: pd.DataFrame, folder: Path) -> Iterator[Path]:
    from actloss_cli.report.canvas import house_style, save_figure
    from actloss_cli.report.figures import figures_of_all

    folder.mkdir(parents=True, exist_ok=True)
    with house_style():
        for name, figure in figures_of_all(analysis, shares):
            yield from save_figure(figure, folder / name)
