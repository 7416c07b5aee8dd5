"""`actloss claims`: trains what a file of claims needs, tests the claims, and reports on them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from actloss_cli.cli.options import AllowCodeOption, WorkersOption

if TYPE_CHECKING:
    from actloss_cli.claims.load import Claims
    from actloss_cli.claims.suite import Suite

ClaimsArgument = Annotated[Path, typer.Argument(metavar="CLAIMS", help="A claims file, such as configs/claims.yaml.")]
OnlyOption = Annotated[
    str | None, typer.Option("--only", metavar="IDS", help="These claims alone: C07,C15. They are adjusted for alone.")
]
ResultsOption = Annotated[Path, typer.Option("--results", metavar="DIR", help="Where runs are kept.")]
PageOption = Annotated[
    Path | None,
    typer.Option("--page", metavar="FILE", help="Write a page of Markdown there, with a figure for each claim."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

claims_app = typer.Typer(
    name="claims",
    help="Test statements about pairings: train what they need, and say which are supported, which refuted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@claims_app.command("run")
def run_claims(
    claims: ClaimsArgument,
    only: OnlyOption = None,
    results: ResultsOption = Path("results"),
    workers: WorkersOption = None,
    allow_code: AllowCodeOption = False,
    page: PageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train what the claims need and is not there yet, as `actloss run` does; then as `actloss claims report`.

    Examples:
      actloss claims run configs/claims.yaml
      actloss claims run configs/claims.yaml --only C07,C15
    """
    from actloss_cli.claims.suite import config_runs
    from actloss_cli.cli.run import run

    asked = read_claims(claims, only)
    for config in config_runs(asked):
        run(str(config), results=results, workers=workers, allow_code=allow_code)
    _conclude(asked, results, as_json=as_json, page=page)


@claims_app.command("report")
def report_claims(
    claims: ClaimsArgument,
    only: OnlyOption = None,
    results: ResultsOption = Path("results"),
    page: PageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Test the claims on runs that are there, and print the outcomes.

    Exits with 1 if a claim did not come out as the file says that it must.

    Examples:
      actloss claims report configs/claims.yaml
      actloss claims report configs/claims.yaml --page docs/claims.md
    """
    _conclude(read_claims(claims, only), results, as_json=as_json, page=page)


def read_claims(path: Path, only: str | None) -> "Claims":
    """The claims of a file that were asked for."""
    from actloss_cli.claims.load import load_claims

    read = load_claims(path)
    return read if only is None else read.only([id_.strip() for id_ in only.split(",")])


def print_suite(suite: "Suite", *, as_json: bool) -> None:
    """The outcomes, as text or as JSON."""
    from actloss_cli.cli.console import stdout
    from actloss_cli.report.claims_json import suite_json
    from actloss_cli.report.claims_view import render_suite

    if as_json:
        typer.echo(suite_json(suite), nl=False)
    else:
        render_suite(stdout(), suite)


def exit_if_broken(suite: "Suite") -> None:
    """Exit code 1 where a claim must come out otherwise."""
    from actloss_cli.cli.console import say
    from actloss_cli.errors import ExitCode

    if suite.broken:
        say(f"{len(suite.broken)} did not come out as they must: {', '.join(one.claim.id for one in suite.broken)}")
        raise typer.Exit(ExitCode.NOT_HELD)


def _conclude(claims: "Claims", results: Path, *, as_json: bool, page: Path | None) -> None:
    from actloss_cli.claims.suite import suite_on_results

    suite = suite_on_results(claims, results)
    if page is not None:
        from actloss_cli.cli.console import say
        from actloss_cli.report.claims_page import write_page

        say(f"wrote {page} and {write_page(suite, page)} figures")
    print_suite(suite, as_json=as_json)
    exit_if_broken(suite)
