"""`actloss show`: one pairing whole."""

from pathlib import Path
from typing import Annotated

import typer

from actloss_cli.cli.options import RunArgument


def show(
    results: RunArgument,
    pairing: Annotated[
        str, typer.Argument(metavar="PAIRING", help="TASK/ACTIVATION/OUTPUT/LOSS/OPTIMIZER, as the tables name it.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print everything that is known of one pairing.

    Example:
      actloss show results/grid moons/relu/sigmoid/bce/adam
    """
    from actloss_cli.analysis import analyse
    from actloss_cli.cli.console import stdout
    from actloss_cli.report import pairing_json, render_pairing
    from actloss_cli.store.reader import read_run

    data = read_run(one_run(results))
    analysis = analyse(data)
    pairing_id = _find(pairing, [str(key) for key in analysis.pairings.index])
    if as_json:
        typer.echo(pairing_json(data, analysis, pairing_id))
    else:
        render_pairing(stdout(), data, analysis, pairing_id)


def one_run(results: Path) -> Path:
    """The one run at that path; raises if it holds none, or several."""
    from actloss_cli.errors import user_error
    from actloss_cli.store.folder import runs_in

    runs = runs_in(results)
    if len(runs) > 1:
        raise user_error(f"'{results}' holds {len(runs)} runs", hint=f"name one, such as {runs[0]}")
    return runs[0]


def _find(wanted: str, known: list[str]) -> str:
    import difflib

    from actloss_cli.errors import user_error

    if wanted in known:
        return wanted
    near = difflib.get_close_matches(wanted, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "pairings are named TASK/ACTIVATION/OUTPUT/LOSS/OPTIMIZER"
    raise user_error(f"no pairing '{wanted}' in these results", hint=hint)
