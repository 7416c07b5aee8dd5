"""From a run's frames to the evidence on each pairing; groups the trials once, as there are thousands of pairings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from actloss_cli.analysis.evidence import Evidence, Finals, TaskFacts, Tuning
from actloss_cli.analysis.probability import Probabilities
from actloss_cli.analysis.symptoms import Symptoms, symptoms_of
from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.plan.selection import Floats, choose_lr, clip_at_floor
from actloss_cli.store.data import RunData
from actloss_cli.theory.frozen import Frozen

Places = NDArray[np.int64]
"""Row numbers in the run's trials."""


@dataclass(frozen=True)
class TrialTable:
    """A run's trials as arrays `[T]`, and where each pairing's are."""

    run: RunData
    ids: Sequence[str]
    places: Mapping[str, Places]
    is_final: NDArray[np.bool_]
    seed: NDArray[np.int64]
    lr: Floats
    score: Floats
    lost: NDArray[np.bool_]
    """Crashed or timed out."""
    diverged: NDArray[np.bool_]
    """Came to an end, without a finite score."""
    diverged_epoch: Floats
    """NaN for a trial that stayed finite."""
    of_probabilities: tuple[Floats, ...]
    """What the fields of `Probabilities` are taken from; NaN where the run has none."""

    @classmethod
    def of(cls, run: RunData) -> "TrialTable":
        """Reads the columns once."""
        trials = run.trials
        score = trials["score"].to_numpy(np.float64)
        lost = trials["status"].isin(["crashed", "timeout"]).to_numpy()
        return cls(
            run=run,
            ids=trials.index.tolist(),
            places={str(id_): np.asarray(at) for id_, at in trials.groupby("pairing_id").indices.items()},
            is_final=(trials["phase"] == "final").to_numpy(),
            seed=trials["seed"].to_numpy(np.int64),
            lr=trials["lr"].to_numpy(np.float64),
            score=score,
            lost=lost,
            diverged=~lost & ((trials["status"] == "diverged").to_numpy() | ~np.isfinite(score)),
            diverged_epoch=trials["diverged_epoch"].to_numpy(np.float64),
            of_probabilities=tuple(
                trials[name].to_numpy(np.float64) if name in trials else np.full(len(trials), np.nan)
                for name in ("log_loss", "brier", "validation_log_loss")
            ),
        )

    def tasks(self) -> Iterator[TaskFacts]:
        """In the plan's order."""
        for label, row in self.run.tasks.to_dict("index").items():
            yield TaskFacts(
                label=str(label),
                kind=str(row["kind"]),
                n_hidden=int(row["hidden"]),
                floor=float(row["floor"]),
                n_tune=int(row["n_tune"]),
                n_final=int(row["n_final"]),
                epochs=int(row["epochs"]),
                steps_per_epoch=int(row["steps_per_epoch"]),
                strata=self.run.strata[str(label)],
            )

    def evidence(self, task: TaskFacts) -> Iterator[Evidence]:
        """The task's pairings, in the plan's order."""
        pairings = self.run.pairings
        for row in pairings[pairings["task"] == task.label].itertuples():
            places = self.places.get(str(row.Index), np.empty(0, np.int64))
            is_final = self.is_final[places]
            tuning = self._tuning(places[~is_final], task)
            chosen = is_final & (self.lr[places] == (tuning.choice.lr if tuning.choice else np.nan))
            yield Evidence(
                pairing_id=str(row.Index),
                label=f"{row.activation}/{row.output}/{row.loss}/{row.optimizer}",
                functions={role: str(getattr(row, role)) for role in ("activation", "output", "loss", "optimizer")},
                invalid=str(row.invalid),
                theory=cast(Frozen, row.theory),
                tuning=tuning,
                finals=self._finals(places[chosen], task),
            )

    def row_scores(self, finals: Finals, task: TaskFacts) -> Floats:
        """Each test row's share in each seed's score `[n, N]`: the floor where the seed failed or fell below it."""
        rows = np.full((task.n_final, len(task.strata)), np.nan)
        for seed in np.flatnonzero(finals.finished):
            trial = finals.trials[seed]
            is_clipped = self.diverged[trial] or self.score[trial] < task.floor
            rows[seed] = task.floor if is_clipped else self.run.row_scores[self.ids[trial]]
        return rows

    def symptoms(self, finals: Finals, seeds: NDArray[np.bool_], task: TaskFacts) -> Symptoms:
        """What was measured of the training of these final seeds `[n]`, all of which came to an end."""
        trials = finals.trials[seeds]
        points = [self.run.diagnostics[self.ids[trial]] for trial in trials if self.ids[trial] in self.run.diagnostics]
        return symptoms_of(
            points,
            diagnostic_names(task.n_hidden),
            diagnostic_epochs(task.epochs),
            finals.validation_score[seeds],
            self.diverged_epoch[trials],
        )

    def probabilities(self, finals: Finals) -> Probabilities:
        """What the finished final trials' implied probabilities scored."""
        places = finals.trials[finals.finished]
        return Probabilities(*(column[places] for column in self.of_probabilities))

    def _tuning(self, places: Places, task: TaskFacts) -> Tuning:
        lrs, at = np.unique(self.lr[places], return_inverse=True)
        curves = np.full((len(lrs), task.n_tune, task.epochs), np.nan, np.float32)
        curves[at, self.seed[places]] = self.run.validation_score[places, : task.epochs]
        diverged = self.diverged[places]
        return Tuning(
            validation_score=curves,
            n_present=len(places),
            n_missing=len(lrs) * task.n_tune - len(places),
            n_lost=int(self.lost[places].sum()),
            n_diverged=np.bincount(at[diverged], minlength=len(lrs)),
            n_failed=np.bincount(at[diverged | self.lost[places]], minlength=len(lrs)),
            choice=choose_lr(lrs, curves, task.floor) if len(lrs) else None,
        )

    def _finals(self, places: Places, task: TaskFacts) -> Finals:
        finished = places[~self.lost[places]]
        seed = self.seed[finished]
        trials = np.full(task.n_final, -1)
        trials[seed] = finished
        score = np.full(task.n_final, np.nan)
        score[seed] = np.where(self.diverged[finished], task.floor, np.maximum(self.score[finished], task.floor))
        curves = np.full((task.n_final, task.epochs), np.nan)
        curves[seed] = clip_at_floor(self.run.validation_score[finished, : task.epochs], task.floor)
        return Finals(
            trials=trials,
            score=score,
            validation_score=curves,
            n_missing=task.n_final - len(places),
            n_lost=len(places) - len(finished),
            n_diverged=int(self.diverged[finished].sum()),
        )
