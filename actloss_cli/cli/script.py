"""`actloss script`: one trial as a script in plain PyTorch that needs no actloss."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from actloss_cli.cli.options import RunArgument

if TYPE_CHECKING:
    from actloss_cli.datasets import Dataset
    from actloss_cli.plan.trial import Task
    from actloss_cli.script.choosing import Picks
    from actloss_cli.script.script import Script
    from actloss_cli.store.one_trial import StoredTrial


class PhaseOption(StrEnum):
    """Which of a pairing's trials."""

    TUNE = "tune"
    FINAL = "final"


def script(
    results: RunArgument,
    trial: Annotated[
        str, typer.Argument(metavar="TRIAL", help="A trial's id, or TASK/ACTIVATION/OUTPUT/LOSS/OPTIMIZER.")
    ],
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Of a pairing, the trial of this seed.")] = None,
    lr: Annotated[float | None, typer.Option("--lr", help="Of a pairing, a trial at this learning rate.")] = None,
    phase: Annotated[PhaseOption | None, typer.Option("--phase", help="Of a pairing, a trial of this phase.")] = None,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="A file, or - for stdout.")] = "-",
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Train it first, to say how near it comes.")] = True,
) -> None:
    """Write the plain PyTorch script that trains one TRIAL again: same data, weights, order and updates, same score.

    Of a pairing it is the first final trial, unless options say which. Ids are in: actloss export --table trials.

    Examples:
      actloss script results/grid moons/relu/sigmoid/bce/adam > moons.py
      actloss script results/grid moons/relu/tanh/hinge/sgd --phase tune -o a.py
    """
    from actloss_cli.cli.console import say
    from actloss_cli.script.choosing import Picks
    from actloss_cli.script.explanation import explain_reproduction, explain_trial
    from actloss_cli.script.reproduction import reproduce, stored_ending
    from actloss_cli.script.script import write_script
    from actloss_cli.store.folder import one_run

    stored = _find(one_run(results), trial, Picks(None if phase is None else phase.value, lr, seed))
    dataset = _load(stored.trial.task)
    explanation = [explain_trial(stored.trial, stored_ending(stored))]
    if check:
        explanation.append(explain_reproduction(reproduce(stored, dataset)))
    written = write_script(
        stored.trial, dataset, diverges=stored.status == "diverged", explanation="\n\n".join(explanation)
    )
    _deliver(written, output, force)
    for paragraph in explanation[1:]:
        say(paragraph)


def _find(folder: Path, text: str, picks: "Picks") -> "StoredTrial":
    from actloss_cli.errors import user_error
    from actloss_cli.report.pairing_search import match_pairings
    from actloss_cli.script.choosing import names_by_id, pick_trial
    from actloss_cli.store.one_trial import read_names, read_trial

    pairings, names = read_names(folder)
    found = names_by_id(names, text)
    if len({name.id for name in found}) > 1:
        raise user_error(f"{len(found)} trials have ids that begin with '{text}'", hint="give more of it")
    if not found:
        ids = match_pairings(pairings, text)
        if len(ids) > 1:
            raise user_error(f"'{text}' is a pairing of {len(ids)} tasks", hint=f"name one, such as '{ids[0]}'")
        found = [pick_trial((name for name in names if name.pairing_id == ids[0]), picks, ids[0])]
    stored = read_trial(folder, found[0].id)
    if stored.status not in ("done", "diverged"):
        raise user_error(f"trial {found[0].id} has the status {stored.status}: {stored.message}", hint="take another")
    return stored


def _load(task: "Task") -> "Dataset":
    """Raises where the data are gone, or have changed since."""
    from actloss_cli.datasets import DatasetError, load
    from actloss_cli.errors import ExitCode, user_error

    try:
        dataset = load(task.dataset, task.kind)
    except DatasetError as error:
        raise user_error(error.message, hint=error.hint, code=ExitCode.RESULTS) from None
    if dataset.fingerprint != task.fingerprint:
        raise user_error(
            f"the data of task '{task.label}' have changed since it was trained",
            hint="restore them, or run again",
            code=ExitCode.RESULTS,
        )
    return dataset


def _deliver(written: "Script", output: str, force: bool) -> None:
    """The script to stdout or its file; arrays to a file beside it."""
    import io

    from actloss_cli.cli.console import say
    from actloss_cli.cli.new_file import write_new
    from actloss_cli.errors import user_error

    if output == "-":
        if written.arrays:
            raise user_error("the data of this trial come in a file beside the script", hint="name it: -o FILE.py")
        typer.echo(written.text, nl=False)
        return
    path = Path(output)
    write_new(path, written.text, force=force)
    if written.arrays:
        import numpy as np

        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **written.arrays)
        write_new(path.with_suffix(".npz"), buffer.getvalue(), force=force)
        say(f"wrote {path} and {path.with_suffix('.npz')}")
    else:
        say(f"wrote {path}")
