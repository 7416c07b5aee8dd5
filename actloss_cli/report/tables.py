"""The report folder of a run: the page, a summary, the tables, the figures. Only what changed is made anew."""

from collections.abc import Iterator
from pathlib import Path

from actloss_cli.analysis.agreement import agreement_table, disagreements
from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.report.agreement_table import agreement_markdown
from actloss_cli.report.built import Built, Part, Written, joint_digest
from actloss_cli.report.cell_grid import cell_grid
from actloss_cli.report.escape import file_stems
from actloss_cli.report.export import FORMATS, pairings_table
from actloss_cli.report.figure_parts import figure_parts
from actloss_cli.report.grid_tables import grid_latex, grid_markdown
from actloss_cli.report.kept_report import keep
from actloss_cli.report.page.assets import PAGE, sources_digest
from actloss_cli.report.page.methods import making_digest
from actloss_cli.report.refusal import refusal_named
from actloss_cli.report.run_report import RunReport
from actloss_cli.report.summary import summary_json


def write_report(report: RunReport, folder: Path, *, figures: bool = True) -> Written:
    """Writes the page `index.html`, the tables, summary.json and, if asked, `figures/`.

    The tables: pairings.csv, variance-shares.csv, two cross tables for each task (also as Markdown and LaTeX), and what
    was predicted against what was measured: agreement.csv, agreement.md, disagreements.csv.

    What is there already, made of the same, stays; what draws the rest is imported where it is drawn. The report is
    kept beside them. Raises `UserError` if the folder can't be written.
    """
    with refusal_named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        written = Built(folder).make(_parts(report, folder, figures=figures), prepare=report.load)
    keep(report, folder)
    return written


def is_written(report: RunReport, folder: Path, *, figures: bool = True) -> bool:
    """Whether `write_report` would find every file there, made of the same."""
    return Built(folder).holds(_parts(report, folder, figures=figures))


def _parts(report: RunReport, folder: Path, *, figures: bool) -> list[Part]:
    run = report.facts
    made_by = (run.name, str(run.n_missing), repr(run.thresholds), sources_digest(), making_digest(run))
    of_all = joint_digest(report.digests.values(), *made_by)

    def write_page() -> Iterator[Path]:
        from actloss_cli.report.page.page import page_html

        (folder / PAGE).write_text(page_html(report.run, report.analysis, report.shares), encoding="utf-8")
        yield folder / PAGE

    parts = [Part("page", of_all, write_page), Part("tables", of_all, lambda: _write_tables(report, folder))]
    return [*parts, *figure_parts(report, folder / "figures")] if figures else parts


def _write_tables(report: RunReport, folder: Path) -> Iterator[Path]:
    run, analysis = report.facts, report.analysis
    texts = {"summary.json": summary_json(run, analysis), "agreement.md": agreement_markdown(run, analysis.pairings)}
    frames = {
        "pairings": pairings_table(analysis),
        "variance-shares": report.shares.reset_index(),
        "agreement": agreement_table(analysis.pairings),
        "disagreements": disagreements(analysis.pairings).reset_index(names="pairing_id"),
    }
    for task, stem in file_stems([str(task) for task in analysis.tasks.index]).items():
        for name, cross in (("output-by-loss", output_by_loss), ("activation-by-optimizer", activation_by_optimizer)):
            table = cross(analysis, task)
            frames[f"{stem}-{name}"] = table.reset_index()
            texts[f"{stem}-{name}.md"] = grid_markdown(cell_grid(table))
            texts[f"{stem}-{name}.tex"] = grid_latex(cell_grid(table))
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        yield folder / name
    for name, frame in frames.items():
        with (folder / f"{name}.csv").open("wb") as file:
            FORMATS["csv"](frame, file)
        yield folder / f"{name}.csv"
