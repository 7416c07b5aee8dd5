"""What a script's head says of the trial behind it and of how nearly its score comes out; also for the terminal."""

import math

import torch

from actloss_cli import __version__
from actloss_cli.plan.trial import Trial
from actloss_cli.script.reproduction import NUDGE, TOLERANCE, Ending, Reproduction
from actloss_cli.script.script import SCORE_NAMES


def explain_trial(trial: Trial, stored: Ending) -> str:
    """Which trial it is and what actloss reports of it."""
    rows = "test" if trial.phase == "final" else "validation"
    said = f"the {SCORE_NAMES[trial.task.kind]} {stored} on the {rows} rows"
    if stored.diverged_epoch:
        said = f"that it {stored}"
    return (
        f"Trains what actloss {__version__} reports as trial {trial.id} ({trial.phase} seed {trial.seed}, "
        f"learning rate {trial.lr!r}): the same rows, initial weights, order and updates. It reports {said}."
    )


def explain_reproduction(found: Reproduction) -> str:
    """Whether that comes out here, and if not, why."""
    here = f"torch {torch.__version__.partition('+')[0]}"
    if found.holds:
        return f"With {here} this comes out{'' if found.stored.diverged_epoch else f' within {TOLERANCE:g}'}."
    beside = f"With {here} this {_said(found.plain)} instead"
    if not found.hangs_on_rounding:
        return (
            f"{beside}, and other rounding makes no difference: the results are of another machine or version of "
            f"torch, or there is an error in actloss."
        )
    return (
        f"{beside}: this training hangs on how single numbers are rounded, as it may where the learning rate is too "
        f"large or the outputs saturate. No two programs agree on where it ends unless they calculate in the same "
        f"order. From initial weights changed by {NUDGE:g} of themselves, and in double precision, it gives "
        f"{_range(found)}."
    )


def _said(ending: Ending) -> str:
    return str(ending) if ending.diverged_epoch else f"gives {ending}"


def _range(found: Reproduction) -> str:
    endings = (found.plain, *found.rounded_otherwise)
    scores = [ending.score for ending in endings if not ending.diverged_epoch and math.isfinite(ending.score)]
    n_diverged = sum(bool(ending.diverged_epoch) for ending in endings)
    parts = [f"{min(scores):.4f} to {max(scores):.4f}"] if scores else []
    if n_diverged:
        epochs = sorted({ending.diverged_epoch for ending in endings if ending.diverged_epoch})
        parts.append(f"divergence in epoch {' or '.join(map(str, epochs))}")
    return " or ".join(parts)
