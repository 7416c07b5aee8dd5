"""From what a user types to the one trial that is meant: an id, the beginning of one, or a pairing with picks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actloss_cli.errors import user_error
from actloss_cli.plan.trial import Phase
from actloss_cli.store.one_trial import TrialName

_ID = re.compile(r"[0-9a-f]{4,20}")


@dataclass(frozen=True)
class Picks:
    """Which of a pairing's trials; None leaves it open."""

    phase: Phase | None = None
    lr: float | None = None
    seed: int | None = None

    def fits(self, name: TrialName) -> bool:
        """Whether a trial is among those; a learning rate counts as the one that has its first four digits."""
        return (
            self.phase in (None, name.phase)
            and self.seed in (None, name.seed)
            and (self.lr is None or abs(self.lr - name.lr) <= 1e-4 * name.lr)
        )

    def __str__(self) -> str:
        """As options: `--phase final --lr 0.01`."""
        given = {"--phase": self.phase, "--lr": self.lr, "--seed": self.seed}
        return " ".join(f"{option} {value}" for option, value in given.items() if value is not None)


def names_by_id(names: Sequence[TrialName], text: str) -> list[TrialName]:
    """Trials whose id begins so; none where the text can't be the beginning of an id."""
    return [name for name in names if name.id.startswith(text)] if _ID.fullmatch(text) else []


def pick_trial(names: Iterable[TrialName], picks: Picks, whose: str) -> TrialName:
    """The first of a pairing's trials that fits, finals first; raises where none does."""
    all_ = list(names)
    fitting = [name for name in all_ if picks.fits(name)]
    if fitting:
        return fitting[0]
    if not all_:
        raise user_error(f"'{whose}' has no trials in these results", hint="it is invalid, or the run isn't finished")
    phases = {
        phase: ", ".join(dict.fromkeys(f"{name.lr:g}" for name in all_ if name.phase == phase))
        for phase in dict.fromkeys(name.phase for name in all_)
    }
    there = "; ".join(f"{phase} at learning rates {rates}" for phase, rates in phases.items())
    n_seeds = max(name.seed for name in all_) + 1
    raise user_error(f"no trial of '{whose}' fits {picks}", hint=f"there are {there}, of seeds 0 to {n_seeds - 1}")
