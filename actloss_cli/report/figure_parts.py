"""The figures of a report as parts of it: PNG and SVG files. Imports nothing that draws before one is drawn."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from actloss_cli.report.built import Part, joint_digest
from actloss_cli.report.escape import file_stems
from actloss_cli.report.run_report import RunReport


def figure_parts(report: RunReport, folder: Path) -> Iterator[Part]:
    """What writes `TASK-output-by-loss`, `TASK-activation-by-optimizer`, `TASK-curves` and `TASK-learning-rates`.

    Of all tasks together `variance-shares` and, where there are tasks enough, `KIND-ROLE-ranks`.
    """
    for task, stem in file_stems([str(task) for task in report.analysis.tasks.index]).items():
        draw = partial(_save_figures_of, report, task, folder / stem)
        yield Part(f"figures of {task}", report.digests[task], draw)
    draw_all = partial(_save_figures_of_all, report, folder)
    yield Part("figures of all tasks", joint_digest(report.digests.values()), draw_all)


def _save_figures_of(report: RunReport, task: str, stem: Path) -> Iterator[Path]:
    """Each under its name, after the task's."""
    from actloss_cli.report.canvas import house_style, save_figure
    from actloss_cli.report.figures import figures_of

    stem.parent.mkdir(parents=True, exist_ok=True)
    with house_style():
        for name, figure in figures_of(report.run, report.analysis, task):
            yield from save_figure(figure, stem.with_name(f"{stem.name}-{name}"))


def _save_figures_of_all(report: RunReport, folder: Path) -> Iterator[Path]:
    from actloss_cli.report.canvas import house_style, save_figure
    from actloss_cli.report.figures import figures_of_all

    folder.mkdir(parents=True, exist_ok=True)
    with house_style():
        for name, figure in figures_of_all(report.analysis, report.shares):
            yield from save_figure(figure, folder / name)
