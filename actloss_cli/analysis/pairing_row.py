"""From one pairing's evidence, comparison and verdict to its row in the table of pairings."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from actloss_cli.analysis.comparison import Comparison
from actloss_cli.analysis.evidence import Evidence
from actloss_cli.analysis.judgements import grade_score, grade_speed, grade_stability
from actloss_cli.analysis.measured import Measured
from actloss_cli.analysis.references import Reference
from actloss_cli.analysis.statistics import collapse_bound, contrast_p
from actloss_cli.analysis.verdicts import WORKING, Verdict
from actloss_cli.plan.thresholds import Thresholds

FUNCTIONS = ("activation", "output", "loss", "optimizer")

NAMES = ("task", "kind", "dataset", *FUNCTIONS)
"""The columns that `pairing_row` leaves to the plan."""

DTYPES: Mapping[str, str] = {
    "lr": "float64",
    "n_final": "int64",
    "score": "float64",
    "score_low": "float64",
    "score_high": "float64",
    "relative": "float64",
    "relative_low": "float64",
    "relative_high": "float64",
    "steps_to_target": "float64",
    "verdict": "str",
    "reason": "str",
    "cause": "str",
    "notices": "str",
    "score_grade": "str",
    "speed_grade": "str",
    "stability_grade": "str",
    "probability_grade": "str",
    "works": "bool",
    "is_reference": "bool",
    "validation_score": "float64",
    "best_validation_score": "float64",
    "error_ratio": "float64",
    "collapse_bound": "float64",
    "k_bad": "Int64",
    "k_good": "Int64",
    "n_tune": "int64",
    "n_diverged": "int64",
    "lr_at_edge": "str",
    "seeds_needed": "Int64",
    "speed_ratio": "float64",
    "log_loss_ratio": "float64",
    "probability_skill": "float64",
    "probability_rule": "str",
    "p_keeps": "float64",
    "q_keeps": "float64",
    "cause_name": "str",
    "notice_names": "str",
    "predicted": "str",
    "predicted_rule": "str",
    "predicted_reason": "str",
}
"""The columns that `pairing_row` gives, in their order; Int64 where there may be no number."""


def pairing_row(
    evidence: Evidence,
    measured: Measured | None,
    verdict: Verdict,
    reference: Reference | None,
    thresholds: Thresholds,
) -> dict[str, Any]:
    """Gives a value for each of `DTYPES` but those that need the other pairings of the task: see `pairings`.

    `measured` is None where nothing is there to be measured.
    """
    choice, finals = evidence.tuning.choice, evidence.finals
    score, comparison = (measured.score, measured.comparison) if measured else (None, None)
    return {
        "lr": choice.lr if choice else np.nan,
        "n_final": int(finals.finished.sum()),
        "score": score.mean if score else np.nan,
        "score_low": score.low if score else np.nan,
        "score_high": min(score.high, 1.0) if score else np.nan,
        "relative": comparison.relative.mean if comparison else np.nan,
        "relative_low": comparison.relative.low if comparison else np.nan,
        "relative_high": comparison.relative.high if comparison else np.nan,
        "steps_to_target": comparison.speed.steps if comparison else np.nan,
        "verdict": str(verdict.name),
        "reason": verdict.reason,
        "works": verdict.name in WORKING,
        "is_reference": reference is not None and evidence.pairing_id == reference.pairing_id,
        "validation_score": measured.validation_score if measured else np.nan,
        "best_validation_score": measured.best_validation_score if measured else np.nan,
        "error_ratio": _error_ratio(comparison) if comparison else np.nan,
        "collapse_bound": collapse_bound(comparison.k_bad, comparison.n) if comparison else np.nan,
        "k_bad": comparison.k_bad if comparison else None,
        "k_good": comparison.k_good if comparison else None,
        "n_tune": evidence.tuning.n_present,
        "n_diverged": int(evidence.tuning.n_diverged.sum()) + finals.n_diverged,
        "lr_at_edge": (choice.at_edge or "") if choice else "",
        "seeds_needed": verdict.seeds_needed,
        "predicted": str(evidence.theory.prediction.verdict),
        "predicted_rule": str(evidence.theory.prediction.rule),
        "predicted_reason": evidence.theory.prediction.reason,
        **_grades(comparison, finals.n_diverged, thresholds),
    }


def _grades(comparison: Comparison | None, n_diverged: int, thresholds: Thresholds) -> dict[str, Any]:
    if comparison is None:
        return {"score_grade": "", "speed_grade": "", "stability_grade": "", "speed_ratio": np.nan, "p_keeps": np.nan}
    return {
        "score_grade": str(grade_score(comparison)),
        "speed_grade": str(grade_speed(comparison, thresholds)),
        "stability_grade": str(grade_stability(comparison, n_diverged, thresholds)),
        "speed_ratio": comparison.speed.ratio,
        "p_keeps": contrast_p(comparison.scores, 1 - thresholds.margin),
    }


def pairing_labels(pairings: pd.DataFrame) -> "pd.Series[str]":
    """Gives `relu/sigmoid/bce/adam` for each row that names the four functions."""
    return pairings["activation"] + "/" + pairings["output"] + "/" + pairings["loss"] + "/" + pairings["optimizer"]


def _error_ratio(comparison: Comparison) -> float:
    """Infinite where only the reference is perfect, NaN where both are."""
    ours, theirs = 1 - comparison.score, 1 - comparison.reference_score
    if theirs > 0:
        return ours / theirs
    return np.inf if ours > 0 else np.nan
