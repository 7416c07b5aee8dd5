"""`actloss recommend`: which pairing to take for a table of one's own, within a budget of time."""

import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from actloss_cli.cli.options import WorkersOption
from actloss_cli.cli.signals import ignore_signals, signals_given_back, stopping_on_signals
from actloss_cli.errors import ExitCode
from actloss_cli.execute.cores import default_workers

if TYPE_CHECKING:
    from actloss_cli.execute.run import Session
    from actloss_cli.plan.plan import Plan
    from actloss_cli.recommend.allowance import Allowance
    from actloss_cli.recommend.answer import Recommendation
    from actloss_cli.recommend.question import Question
    from actloss_cli.recommend.search import Trainer


class KindOption(StrEnum):
    """Kinds of task, or what the target column says."""

    AUTO = "auto"
    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"


class MissingOption(StrEnum):
    """What becomes of missing cells."""

    MEAN = "mean"
    DROP = "drop"
    ERROR = "error"


SNIPPET = "snippet.py"


@signals_given_back()
def recommend(
    table: Annotated[Path, typer.Argument(metavar="CSV", help="A table with a header.")],
    target: Annotated[str, typer.Option("--target", metavar="COLUMN", help="The column to predict.")],
    kind: Annotated[KindOption, typer.Option("--kind", help="By default as the target column says.")] = KindOption.AUTO,
    budget: Annotated[
        str,
        typer.Option(
            "--budget",
            metavar="TIME",
            help="Time once the table is read (90s, 2m), or a share of what the whole grid would train (5%).",
        ),
    ] = "2m",
    missing: Annotated[
        MissingOption, typer.Option("--missing", help="Missing cells: the column's mean, no such row, or an error.")
    ] = MissingOption.MEAN,
    results: Annotated[Path, typer.Option("--results", metavar="DIR", help="Where runs are kept.")] = Path("results"),
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="Of a whole training; by default about 1,000 updates.")
    ] = None,
    workers: WorkersOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which activation, output, loss and optimizer to take for a table of your own, what is as good, what to avoid.

    Tries the usual ones for a short time, goes on with the best, and judges those that are left on fresh seeds.
    The same command again goes on where it was stopped, or answers at once.

    Examples:
      actloss recommend houses.csv --target price
      actloss recommend patients.csv --target outcome --kind binary --budget 10m
      actloss recommend houses.csv --target price --budget 5% --json
    """
    from actloss_cli.cli.console import say, stdout
    from actloss_cli.execute.processes import prepare_workers

    prepare_workers("pandas")  # They import while this process reads the table.
    from actloss_cli.recommend.allowance import read_allowance
    from actloss_cli.recommend.profile import profile_csv
    from actloss_cli.recommend.question import make_question
    from actloss_cli.report.recommendation_json import recommendation_json
    from actloss_cli.report.recommendation_view import render_recommendation
    from actloss_cli.store.completion import asked_key, find_completion

    n_workers, began = workers or default_workers(), time.monotonic()
    allowance = read_allowance(budget, began, n_workers)
    ref, dataset, profile = profile_csv(table, target, kind.value, missing.value)
    question = make_question(ref, dataset, profile, epochs)
    key = asked_key(table, ["recommend", target, kind.value, missing.value, budget, str(epochs)])
    folder = results / question.name
    complete = find_completion(results, key)
    if complete is None:
        session = _search(question, folder, key, allowance, n_workers)
        if session.progress.stopped:
            _say_stopped(folder)
            raise typer.Exit(ExitCode.INTERRUPTED)
    else:
        folder = complete.folder
    ignore_signals()
    answer, snippet = _answer(question, folder, key)
    if as_json:
        typer.echo(recommendation_json(answer, str(folder), snippet), nl=False)
    else:
        render_recommendation(stdout(), answer, snippet)
    if complete is None:
        say(f"answered in {time.monotonic() - began:,.1f} s, after the start")
    if snippet:
        say(f"wrote {folder / SNIPPET}")
    say(f"next: actloss report {folder}")
    say(f"the whole grid, for who has the time: actloss run {folder / 'candidates.yaml'}")


def _search(question: "Question", folder: Path, key: str, allowance: "Allowance", n_workers: int) -> "Session":
    from actloss_cli.cli.console import say
    from actloss_cli.recommend.search import Search

    return Search(question, folder, key, allowance, _trainer(folder, n_workers), say).run()


def _trainer(folder: Path, n_workers: int) -> "Trainer":
    """What trains plans in the folder, one after another, until a signal comes."""
    from actloss_cli.cli.console import say
    from actloss_cli.cli.progress import ProgressView
    from actloss_cli.execute.local import LocalCrew
    from actloss_cli.execute.run import run_plan

    crew, stop_on_signals = LocalCrew(n_workers, "cpu", timeout_s=None), stopping_on_signals(say)

    def train(plan: "Plan", config: str, key: str, begun: Callable[[], None]) -> "Session":
        def on_start(stop: Callable[[], None]) -> None:
            stop_on_signals(stop)
            begun()

        with ProgressView() as view:
            return run_plan(
                plan,
                config,
                folder,
                key,
                crew=crew,
                watch=view.update,
                on_start=on_start,
            )

    return train


def _answer(question: "Question", folder: Path, key: str) -> "tuple[Recommendation, str]":
    """The recommendation, and the code for the best, which is written beside the results; "" without a best."""
    from actloss_cli.analysis import analyse
    from actloss_cli.errors import user_error
    from actloss_cli.recommend.answer import recommend as read_off
    from actloss_cli.recommend.record import read_record
    from actloss_cli.recommend.snippet import snippet_of
    from actloss_cli.store.reader import read_run

    record = read_record(folder, key)
    if record is None:
        raise user_error(
            f"'{folder}' doesn't say any more how it came about", hint="move it away", code=ExitCode.RESULTS
        )
    run = read_run(folder)
    answer = read_off(run, analyse(run), record)
    if answer.best is None:
        return answer, ""
    snippet = snippet_of(question, answer.best)
    (folder / SNIPPET).write_text(snippet, encoding="utf-8")
    return answer, snippet


def _say_stopped(folder: Path) -> None:
    import shlex
    import sys

    from actloss_cli.cli.console import say

    say(f"stopped: what was trained is stored in {folder}; to go on, run again:")
    say(f"  {shlex.join(['actloss', *sys.argv[1:]])}")
