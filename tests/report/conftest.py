"""A run of four tasks and what analysis says of it; a console that keeps what it is given."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from actloss_cli.analysis.pairings import Analysis, analyse
from actloss_cli.report.run_report import RunReport
from actloss_cli.store.data import RunData

from .synthetic import TASKS, SyntheticTask, make_run

HOSTILE = SyntheticTask(
    "=cmd()[/red]\x1b[31m",
    dataset="<script>",
    activations=("relu", "$x$"),
    outputs=("sigmoid", "<script>alert(1)</script>"),
    losses=("bce", "@sum(1)", "hinge"),
    optimizers=("adam", "[bold]x[/bold]\u202eevil"),
)


@pytest.fixture(scope="session")
def run() -> RunData:
    return make_run(TASKS)


@pytest.fixture(scope="session")
def analysis(run: RunData) -> Analysis:
    return analyse(run)


@pytest.fixture(scope="session")
def report(run: RunData, analysis: Analysis) -> RunReport:
    return RunReport.of(run, analysis)


@pytest.fixture(scope="session")
def hostile_run() -> RunData:
    """Labels that are markup, formulas, escape sequences."""
    return make_run([HOSTILE])


@pytest.fixture(scope="session")
def hostile(hostile_run: RunData) -> Analysis:
    return analyse(hostile_run)


@pytest.fixture
def printed() -> Callable[..., str]:
    """What a render function leaves on a console of that width, in that encoding."""

    def capture(render, *args, width: int = 80, encoding: str = "utf-8", **options) -> str:
        raw = io.BytesIO()
        file = io.TextIOWrapper(raw, encoding=encoding)
        render(Console(file=file, width=width, highlight=False, **options), *args)
        file.flush()
        return raw.getvalue().decode(encoding)

    return capture
