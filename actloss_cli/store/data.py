"""A results folder as read into memory: what analysis works on. Frames with fixed columns, no open files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.store.predictions import FrozenPredictions


@dataclass(frozen=True, kw_only=True)
class RunHeader:
    """What is said of a run beside its pairings and trials.

    `tasks`, one row per task, index `task` (its label): kind, dataset, n_classes (0 for a regression), floor, n_train,
    n_validation, n_test, n_tune, n_final (seeds asked for), epochs, steps_per_epoch, hidden (layers of its models).
    """

    name: str
    path: str
    tasks: pd.DataFrame
    n_missing: int
    """Trials that the plan in force still asks for, at least; 0 for a finished run."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    """What verdicts hang on, as the plan in force says."""
    shards: tuple[str, ...] = ()
    """Where only parts of the plan were to be trained: which, as `3/8`; all other pairings lack all of their trials."""
    predictions: FrozenPredictions | None = None
    """What is predicted of the plan in force, in short; None where no store was read."""
    is_attested: bool = False
    """Whether the provenance of a session says of a plan's predictions, before it trained, what these are."""


@dataclass(frozen=True, kw_only=True)
class RunFacts(RunHeader):
    """A run whose trials are not at hand."""

    n_trials: int


@dataclass(frozen=True, kw_only=True)
class RunData(RunHeader):
    """One run. P pairings, T trials, E evaluations (one per epoch), N test rows.

    `pairings`, one row per task and pairing of the plan in force, index `pairing_id`: task, activation, output, loss,
    optimizer (labels), invalid (PyTorch's or our reason; "" where it can be trained), theory (what was known before the
    first trial, a `theory.frozen.Frozen`).

    `trials`, one row per stored trial that the plan in force asks for, index `trial`: pairing_id, phase (`tune`,
    `final`), seed, lr, status (`done`, `diverged`, `crashed`, `timeout`), diverged_epoch, n_train, way (`stack`,
    `loop`), score (tune:
    validation, final: test), validation_score, best_validation_score, best_epoch, test_score and one column per
    metric; NaN where a metric does not apply or the trial did not get there.

    `validation_score` `[T, E]` float32 follows the rows of `trials`, E being the most epochs of a task: the score after
    each epoch, NaN from the epoch on in which a trial turned non-finite.

    `strata` per task `[N]`: the class of each test row, zeros for a regression. `row_scores` per final trial that is
    done: `[N]` float32, each test row's contribution to the test score, which is the mean over strata of the mean in
    each. `diagnostics` per trial that came to an end: `[K, M]` float32, after `diagnostic_epochs` and by
    `diagnostic_names` of its task; NaN for what is not defined or was not reached.
    """

    pairings: pd.DataFrame
    trials: pd.DataFrame
    validation_score: NDArray[np.float32]
    strata: Mapping[str, NDArray[np.int64]]
    row_scores: Mapping[str, NDArray[np.float32]]
    diagnostics: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def facts(self) -> RunFacts:
        """The run without its pairings and trials."""
        header = {of_header.name: getattr(self, of_header.name) for of_header in fields(RunHeader)}
        return RunFacts(**header, n_trials=len(self.trials))
