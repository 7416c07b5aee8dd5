"""`actloss verify`: tests a finished run against a file of claims, for continuous integration."""

from pathlib import Path
from typing import Annotated

import typer

from actloss_cli.cli.options import RunArgument


def verify(
    results: RunArgument,
    claims: Annotated[Path, typer.Option("--claims", metavar="FILE", help="The claims to test.")],
    only: Annotated[str | None, typer.Option("--only", metavar="IDS", help="These claims alone: C07,C15.")] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML there: one test case per claim.")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option("--summary", metavar="FILE", help="Write a summary in Markdown there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Test claims on a finished run, or on all runs in RESULTS; nothing is trained.

    Claims that name the config of another run are skipped. Exits with 1 if a claim did not come out as it must.

    Examples:
      actloss verify results/grid --claims claims.yaml
      actloss verify results/grid --claims claims.yaml --junit claims.xml
    """
    from actloss_cli.claims.suite import suite_on_runs
    from actloss_cli.cli.claims import exit_if_broken, print_suite, read_claims
    from actloss_cli.report.claims_junit import junit_xml, summary_markdown
    from actloss_cli.report.refusal import refusal_named
    from actloss_cli.store.folder import runs_in

    suite = suite_on_runs(read_claims(claims, only), runs_in(results))
    for path, text_of in ((junit, junit_xml), (summary, summary_markdown)):
        if path is not None:
            with refusal_named(path):
                path.write_text(text_of(suite), encoding="utf-8")
    print_suite(suite, as_json=as_json)
    exit_if_broken(suite)
