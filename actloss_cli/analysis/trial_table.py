"""From a run's frames to the evidence on each pairing; groups the trials once, as there are thousands of pairings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from actloss_cli.analysis.evidence import Evidence, Finals, TaskFacts, Tuning
from actloss_cli.analysis.probability import Probabilities
from actloss_cli.analysis.symptoms import Symptoms, Training, symptoms_of
from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.plan.selection import Floats, LrChoice, choose_lrs, clip_at_floor
from actloss_cli.seeding import SEEDS_IN_SET
from actloss_cli.store.data import RunData
from actloss_cli.store.unpacked import stack_arrays
from actloss_cli.theory.frozen import Frozen

Places = NDArray[np.int64]
"""Row numbers in the run's trials."""
_AT_ONCE = 16
"""Pairings whose test rows are unpacked together: few enough to stay in the processor's cache."""


@dataclass(frozen=True)
class TrialTable:
    """A run's trials as arrays `[T]`, and where each pairing's are."""

    run: RunData
    ids: Sequence[str]
    places: Mapping[str, Places]
    is_final: NDArray[np.bool_]
    seed: NDArray[np.int64]
    at: NDArray[np.int64]
    """Its seed's place among those of its phase."""
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
        seed = trials["seed"].to_numpy(np.int64)
        phase, status = (trials[name].to_numpy(object) for name in ("phase", "status"))
        lost = (status == "crashed") | (status == "timeout")
        return cls(
            run=run,
            ids=trials.index.tolist(),
            places={str(id_): np.asarray(at) for id_, at in trials.groupby("pairing_id").indices.items()},
            is_final=phase == "final",
            seed=seed,
            at=seed % SEEDS_IN_SET,
            lr=trials["lr"].to_numpy(np.float64),
            score=score,
            lost=lost,
            diverged=~lost & ((status == "diverged") | ~np.isfinite(score)),
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
        pairings = self.run.pairings[self.run.pairings["task"] == task.label]
        nowhere = np.empty(0, np.int64)
        places = [self.places.get(str(id_), nowhere) for id_ in pairings.index]
        of_pairing = np.repeat(np.arange(len(places)), [len(of_one) for of_one in places])
        trials = np.concatenate([nowhere, *places])
        is_tune = ~self.is_final[trials]
        tunings = self._tunings(trials[is_tune], of_pairing[is_tune], len(places), task)
        chosen = np.array([tuning.choice.lr if tuning.choice else np.nan for tuning in tunings])
        is_chosen = ~is_tune & (self.lr[trials] == chosen[of_pairing])
        finals = self._finals(trials[is_chosen], of_pairing[is_chosen], len(places), task)
        for row, tuning, final in zip(pairings.itertuples(), tunings, finals, strict=True):
            yield Evidence(
                pairing_id=str(row.Index),
                label=f"{row.activation}/{row.output}/{row.loss}/{row.optimizer}",
                functions={role: str(getattr(row, role)) for role in ("activation", "output", "loss", "optimizer")},
                invalid=str(row.invalid),
                theory=cast(Frozen, row.theory),
                tuning=tuning,
                finals=final,
            )

    def row_means(self, finals: Sequence[Finals], task: TaskFacts) -> Floats:
        """The means of P pairings' `row_scores` over the seeds that finished `[P, N]`, which are the same of each."""
        trials = np.stack([one.trials[one.finished] for one in finals])  # (P, n)
        N = len(task.strata)
        parts = (trials[start : start + _AT_ONCE] for start in range(0, len(trials), _AT_ONCE))
        return np.concatenate([self._rows(part.ravel(), task).reshape(*part.shape, N).mean(axis=1) for part in parts])

    def row_scores(self, finals: Finals, task: TaskFacts) -> Floats:
        """Each test row's share in each seed's score `[n, N]`: the floor where the seed failed or fell below it."""
        rows = np.full((task.n_final, len(task.strata)), np.nan)
        rows[finals.finished] = self._rows(finals.trials[finals.finished], task)
        return rows

    def symptoms(self, telling: Sequence[tuple[Finals, NDArray[np.bool_]]], task: TaskFacts) -> list[Symptoms]:
        """What was measured of the training of some final seeds `[n]` of each, all of which came to an end."""
        places = [finals.trials[seeds] for finals, seeds in telling]
        diagnosed = [[id_ for id_ in self._ids(trials) if id_ in self.run.diagnostics] for trials in places]
        every = [*chain.from_iterable(diagnosed)]
        points = stack_arrays(self.run.diagnostics, every) if every else np.empty(0, np.float32)
        ends = accumulate(map(len, diagnosed), initial=0)
        trainings = [
            Training(points[start:end], finals.validation_score[seeds], self.diverged_epoch[trials])
            for (finals, seeds), trials, (start, end) in zip(telling, places, pairwise(ends), strict=True)
        ]
        return symptoms_of(trainings, diagnostic_names(task.n_hidden), diagnostic_epochs(task.epochs))

    def probabilities(self, finals: Finals) -> Probabilities:
        """What the finished final trials' implied probabilities scored."""
        places = finals.trials[finals.finished]
        return Probabilities(*(column[places] for column in self.of_probabilities))

    def _ids(self, trials: Places) -> list[str]:
        return [self.ids[trial] for trial in trials.tolist()]

    def _rows(self, trials: Places, task: TaskFacts) -> Floats:
        """Of n trials that finished `[n, N]`."""
        rows = np.full((len(trials), len(task.strata)), task.floor)
        is_kept = ~self.diverged[trials] & ~(self.score[trials] < task.floor)
        if is_kept.any():
            rows[is_kept] = stack_arrays(self.run.row_scores, self._ids(trials[is_kept]))
        return rows

    def _tunings(self, trials: Places, of_pairing: Places, P: int, task: TaskFacts) -> list[Tuning]:
        """From the tune trials of P pairings, and whose each is."""
        lrs, at, n_lrs = _rates(self.lr[trials], of_pairing, P)
        curves = np.full((*lrs.shape, task.n_tune, task.epochs), np.nan, np.float32)
        curves[of_pairing, at, self.at[trials]] = self.run.validation_score[trials, : task.epochs]
        counts = []
        for counted in (np.ones(len(trials), np.bool_), self.lost[trials], self.diverged[trials]):
            cell = (of_pairing * lrs.shape[1] + at)[counted]
            counts.append(np.bincount(cell, minlength=lrs.size).reshape(lrs.shape))
        n_present, n_lost, n_diverged = counts  # (P, L)
        choices = _choices(lrs, curves, n_lrs, task.floor)
        return [
            Tuning(
                validation_score=curves[p, :L],
                n_present=present,
                n_missing=L * task.n_tune - present,
                n_lost=lost,
                n_diverged=n_diverged[p, :L],
                n_failed=n_lost[p, :L] + n_diverged[p, :L],
                choice=choices.get(p),
            )
            for p, (L, present, lost) in enumerate(
                zip(n_lrs.tolist(), n_present.sum(axis=1).tolist(), n_lost.sum(axis=1).tolist(), strict=True)
            )
        ]

    def _finals(self, trials: Places, of_pairing: Places, P: int, task: TaskFacts) -> list[Finals]:
        """From the final trials of P pairings at their chosen rates, and whose each is."""
        is_finished = ~self.lost[trials]
        finished, whose = trials[is_finished], of_pairing[is_finished]
        at = whose, self.at[finished]
        places = np.full((P, task.n_final), -1)
        places[at] = finished
        score = np.full((P, task.n_final), np.nan)
        score[at] = np.where(self.diverged[finished], task.floor, np.maximum(self.score[finished], task.floor))
        curves = np.full((P, task.n_final, task.epochs), np.nan)
        curves[at] = clip_at_floor(self.run.validation_score[finished, : task.epochs], task.floor)
        groups = (of_pairing, of_pairing[~is_finished], whose[self.diverged[finished]])
        counts = zip(*(np.bincount(group, minlength=P).tolist() for group in groups), strict=True)
        return [
            Finals(
                trials=places[p],
                score=score[p],
                validation_score=curves[p],
                n_missing=task.n_final - n_present,
                n_lost=n_lost,
                n_diverged=n_diverged,
            )
            for p, (n_present, n_lost, n_diverged) in enumerate(counts)
        ]


def _rates(lr: Floats, of_pairing: Places, P: int) -> tuple[Floats, Places, Places]:
    """The rates of P pairings, ascending, padded with NaN `[P, L]`; each trial's place among them; their numbers."""
    every, rate = np.unique(lr, return_inverse=True)
    tried = np.zeros((P, len(every)), np.bool_)
    tried[of_pairing, rate] = True
    place = tried.cumsum(axis=1) - 1
    n_lrs = tried.sum(axis=1)
    lrs = np.full((P, n_lrs.max(initial=0)), np.nan)
    pairing, known = np.nonzero(tried)
    lrs[pairing, place[pairing, known]] = every[known]
    return lrs, place[of_pairing, rate], n_lrs


def _choices(lrs: Floats, curves: NDArray[np.float32], n_lrs: Places, floor: float) -> dict[int, LrChoice]:
    """By place, of the pairings that have a rate; of those with equally many all at once."""
    choices: dict[int, LrChoice] = {}
    for L in np.unique(n_lrs[n_lrs > 0]).tolist():
        alike = np.flatnonzero(n_lrs == L)
        choices |= zip(alike.tolist(), choose_lrs(lrs[alike, :L], curves[alike, :L], floor), strict=True)
    return choices
