"""The report folder of a run: the table of pairings, a summary, the cross tables, the figures."""

from pathlib import Path

from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.variance_shares import variance_shares
from actloss_cli.errors import ExitCode, user_error
from actloss_cli.report.escape import file_stems
from actloss_cli.report.export import FORMATS, pairings_table
from actloss_cli.report.figures import write_figures
from actloss_cli.report.summary import summary_json
from actloss_cli.store.data import RunData


def write_report(run: RunData, analysis: Analysis, folder: Path, *, figures: bool = True) -> list[Path]:
    """Writes pairings.csv, variance-shares.csv, summary.json, two cross tables for each task and, if asked, `figures/`.

    Gives all paths. Raises `UserError` if the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "summary.json").write_text(summary_json(run, analysis), encoding="utf-8")
        tables = _write_tables(run, analysis, folder)
        drawn = write_figures(run, analysis, folder / "figures") if figures else []
        return [folder / "summary.json", *tables, *drawn]
    except OSError as error:
        raise user_error(
            f"cannot write {error.filename or folder}: {error.strerror or error}",
            hint="the results themselves are fine; free space or make the folder writable, then report again",
            code=ExitCode.RESULTS,
        ) from error


def _write_tables(run: RunData, analysis: Analysis, folder: Path) -> list[Path]:
    frames = {
        "pairings": pairings_table(analysis),
        "variance-shares": variance_shares(run, analysis).reset_index(),
    }
    for task, stem in file_stems([str(task) for task in analysis.tasks.index]).items():
        frames[f"{stem}-output-by-loss"] = output_by_loss(analysis, task).reset_index()
        frames[f"{stem}-activation-by-optimizer"] = activation_by_optimizer(analysis, task).reset_index()
    for name, frame in frames.items():
        with (folder / f"{name}.csv").open("wb") as file:
            FORMATS["csv"](frame, file)
    return [folder / f"{name}.csv" for name in frames]
