"""`actloss show`: one pairing whole, on one task or on all."""

from typing import Annotated

import typer

from actloss_cli.cli.options import RunArgument


def show(
    results: RunArgument,
    pairing: Annotated[
        str, typer.Argument(metavar="PAIRING", help="ACTIVATION/OUTPUT/LOSS/OPTIMIZER, after TASK/ for one task alone.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print everything that is known of one pairing.

    Examples:
      actloss show results/grid moons/relu/sigmoid/bce/adam
      actloss show results/grid relu/identity/mse/adam
    """
    from actloss_cli.analysis import analyse
    from actloss_cli.cli.console import stdout
    from actloss_cli.report.pairing_json import pairing_json
    from actloss_cli.report.pairing_search import find_pairings
    from actloss_cli.report.pairing_view import render_pairing
    from actloss_cli.store.folder import one_run
    from actloss_cli.store.reader import read_run

    data = read_run(one_run(results))
    analysis = analyse(data)
    found = find_pairings(analysis, pairing)
    if as_json:
        documents = [pairing_json(data, analysis, one) for one in found]
        typer.echo(documents[0] if len(documents) == 1 else "[" + ",\n".join(documents) + "]")
        return
    console = stdout()
    for one in found:
        render_pairing(console, data, analysis, one)
