"""What claims compare: one declaration per metric, with its values `[n]` over a pairing's n final seeds. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from actloss_cli.analysis.evidence import Finals, TaskFacts
from actloss_cli.analysis.trial_table import TrialTable
from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.plan.selection import Floats, epochs_to_reach

LEAST_RATIO = 1e-30
"""Below it a gradient counts as this much of another: a logarithm needs a number."""


@dataclass(frozen=True)
class Scene:
    """Where a pairing's values are read."""

    table: TrialTable
    task: TaskFacts
    target: float | None
    """The validation score that counts as reached; None where the task has no reference."""
    bad_below: float | None
    """The score under which a seed counts as collapsed."""


@dataclass(frozen=True)
class Metric:
    """A number of each final seed."""

    name: str
    words: str
    """As a sentence names it."""
    values: Callable[[Scene, Finals], Floats]
    """`[n]`, NaN where there is none."""
    is_ratio: bool = False
    """Compared by ratio, so tested on logarithms."""
    by_rank: bool = False
    """Tested by Wilcoxon's signed ranks, as its values are few and their tail long; else by Student's t."""
    higher_is_better: bool | None = None


def _steps_to_target(scene: Scene, finals: Finals) -> Floats:
    """A miss counts as one evaluation beyond the budget, which is the least it can be."""
    if scene.target is None:
        return np.full(len(finals.trials), np.nan)
    epochs = epochs_to_reach(finals.validation_score, scene.target)
    steps = np.minimum(epochs, scene.task.epochs + 1) * scene.task.steps_per_epoch
    return np.where(finals.finished, steps, np.nan)


def _deviation(scene: Scene, finals: Finals) -> Floats:
    """From the median over seeds, whose mean Brown & Forsythe (1974) compare for spread."""
    return np.abs(finals.score - np.nanmedian(finals.score)) if finals.finished.any() else finals.score


def _collapsed(scene: Scene, finals: Finals) -> Floats:
    if scene.bad_below is None:
        return np.full(len(finals.trials), np.nan)
    return np.where(finals.finished, finals.score < scene.bad_below, np.nan)


def _column(name: str, scene: Scene, finals: Finals) -> Floats:
    """Of the run's trials."""
    column = scene.table.run.trials[name].to_numpy(np.float64)
    return np.where(finals.finished, column[finals.trials], np.nan)


def _threshold_gap(scene: Scene, finals: Finals) -> Floats:
    """What the threshold tuned on validation gains over the one that the loss and the output imply."""
    return _column("score_tuned_threshold", scene, finals) - _column("score", scene, finals)


def _diagnostic(name: str, epoch: int, scene: Scene, finals: Finals) -> Floats:
    """The mean over layers of a diagnostic after that epoch, counted from the end where negative."""
    names = diagnostic_names(scene.task.n_hidden)
    columns = [at for at, full in enumerate(names) if name in (full, full.rpartition("_")[0])]
    at = range(len(diagnostic_epochs(scene.task.epochs)))[epoch]
    points = scene.table.run.diagnostics
    ids = [scene.table.ids[trial] if trial >= 0 else "" for trial in finals.trials]
    found = [points[id_][at, columns] if id_ in points else np.full(len(columns), np.nan) for id_ in ids]
    values = np.asarray(found, np.float64)
    values[~np.isfinite(values)] = np.nan
    return np.asarray(values.mean(axis=1)) if columns else np.full(len(ids), np.nan)


def _gradient_ratio(epoch: int, scene: Scene, finals: Finals) -> Floats:
    return np.maximum(_diagnostic("gradient_ratio", epoch, scene, finals), LEAST_RATIO)


def _constant_at_start(scene: Scene, finals: Finals) -> Floats:
    """1 where the untrained network says the same of every row."""
    spread = _diagnostic("output_spread", 0, scene, finals)
    return np.where(np.isfinite(spread), spread == 0, np.nan)


def _last_rms_at_start(scene: Scene, finals: Finals) -> Floats:
    return np.maximum(_diagnostic(f"activation_rms_{scene.task.n_hidden}", 0, scene, finals), LEAST_RATIO)


_ALL = (
    Metric("score", "score", lambda _, finals: finals.score, higher_is_better=True),
    Metric(
        "best_score",
        "best validation score",
        lambda _, finals: np.where(finals.finished, np.fmax.reduce(finals.validation_score, axis=1), np.nan),
        higher_is_better=True,
    ),
    Metric("steps_to_target", "steps to the target", _steps_to_target, True, True, higher_is_better=False),
    Metric("seed_spread", "spread over seeds (mean distance to the median)", _deviation, higher_is_better=False),
    Metric("collapse_rate", "share of collapsed seeds", _collapsed, by_rank=True, higher_is_better=False),
    Metric("log_loss", "log loss", partial(_column, "log_loss"), is_ratio=True, higher_is_better=False),
    Metric("brier", "Brier score", partial(_column, "brier"), higher_is_better=False),
    Metric("roc_auc", "ROC AUC", partial(_column, "roc_auc"), higher_is_better=True),
    Metric("accuracy", "accuracy", partial(_column, "accuracy"), higher_is_better=True),
    Metric("r2", "R²", partial(_column, "r2"), higher_is_better=True),
    Metric(
        "score_tuned_threshold",
        "score at the tuned threshold",
        partial(_column, "score_tuned_threshold"),
        higher_is_better=True,
    ),
    Metric("threshold_gap", "gain of score by tuning the threshold", _threshold_gap),
    Metric(
        "gradient_ratio",
        "gradient of the first over that of the last layer, before training",
        partial(_gradient_ratio, 0),
        is_ratio=True,
    ),
    Metric(
        "trained_gradient_ratio",
        "gradient of the first over that of the last layer, after training",
        partial(_gradient_ratio, -1),
        is_ratio=True,
    ),
    Metric("dead_units", "share of dead units", partial(_diagnostic, "dead_units", -1), higher_is_better=False),
    Metric("dead_units_at_start", "share of dead units before training", partial(_diagnostic, "dead_units", 0)),
    Metric("saturated_units", "share of saturated units", partial(_diagnostic, "saturated_units", -1)),
    Metric("zeros", "share of zeros among hidden values", partial(_diagnostic, "zeros", -1)),
    Metric("constant_at_start", "share of networks that are constant before training", _constant_at_start),
    Metric("last_rms_at_start", "rms of the last hidden layer before training", _last_rms_at_start, is_ratio=True),
)

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _ALL}
"""By name."""
