"""From a task's judged pairings to why: the cause of each mismatch, each notice with what it was measured to cost."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from actloss_cli.analysis.cause_thresholds import CauseThresholds
from actloss_cli.analysis.causes import Case, Cause, Exchange, cause_of_invalid, name_cause
from actloss_cli.analysis.evidence import Evidence, TaskFacts
from actloss_cli.analysis.references import Reference
from actloss_cli.analysis.symptoms import Symptoms
from actloss_cli.analysis.verdicts import MISMATCHED, VerdictName
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.theory.frozen import StoredNotice

BETWEEN_NOTICES = " | "
Row: TypeAlias = Mapping[str, Any]
Others: TypeAlias = tuple[str, ...]
"""A role, then the labels of the functions in the other roles."""


@dataclass(frozen=True)
class Judged:
    """One pairing with all but its cause."""

    evidence: Evidence
    row: dict[str, Any]
    """As `pairing_row` gives it, then with the metrics and the judgement of its probabilities."""
    symptoms: Symptoms | None
    """Of a mismatched pairing that was trained, and of the reference."""


def explain(
    judged: Sequence[Judged],
    reference: Reference | None,
    task: TaskFacts,
    thresholds: Thresholds,
    limits: CauseThresholds,
) -> dict[str, dict[str, str]]:
    """By pairing id: cause and cause_name, "" where there is none; notices and notice_names, each joined."""
    rows = {one.evidence.pairing_id: one.row for one in judged}
    best = _best_of_each(judged)
    held = next((one for one in judged if reference and one.evidence.pairing_id == reference.pairing_id), None)
    explained = {}
    for one in judged:
        cause = _cause(one, held, rows, best, reference, task, thresholds, limits)
        notices = [_with_cost(stored, one, rows, reference) for stored in one.evidence.theory.notices]
        explained[one.evidence.pairing_id] = {
            "cause": cause.text if cause else "",
            "cause_name": cause.name if cause else "",
            "notices": BETWEEN_NOTICES.join(notices),
            "notice_names": BETWEEN_NOTICES.join(str(stored.notice.name) for stored in one.evidence.theory.notices),
        }
    return explained


def _best_of_each(judged: Sequence[Judged]) -> dict[Others, tuple[str, float]]:
    """Of the pairings that share three functions, the label of the fourth that scores best, with that score."""
    best: dict[Others, tuple[str, float]] = {}
    for one in judged:
        score = one.row["score"]
        if math.isfinite(score):
            for role, label in one.evidence.functions.items():
                others = _others(one, role)
                if others not in best or score > best[others][1]:
                    best[others] = label, score
    return best


def _others(one: Judged, role: str) -> Others:
    functions = one.evidence.functions
    return role, *[functions[other] for other in functions if other != role]


def _cause(
    one: Judged,
    held: Judged | None,
    rows: Mapping[str, Row],
    best: Mapping[Others, tuple[str, float]],
    reference: Reference | None,
    task: TaskFacts,
    thresholds: Thresholds,
    limits: CauseThresholds,
) -> Cause | None:
    evidence = one.evidence
    if evidence.invalid:
        return cause_of_invalid(evidence.invalid, evidence.theory)
    if one.row["verdict"] not in MISMATCHED or one.symptoms is None or reference is None or held is None:
        return None
    assert held.symptoms is not None, "the reference was trained"
    against = [stored.against for stored in evidence.theory.notices]
    case = Case(
        activation=evidence.functions["activation"],
        output=evidence.functions["output"],
        lr=one.row["lr"],
        n_lrs=len(evidence.tuning.validation_score),
        score=one.row["score"],
        floor=task.floor,
        reference_score=reference.mean_score,
        tuned_threshold_score=one.row.get("score_tuned_threshold", math.nan),
        theory=evidence.theory,
        symptoms=one.symptoms,
        exchanges=[
            Exchange(role, *best[others]) for role in evidence.functions if (others := _others(one, role)) in best
        ],
        diverges=one.row["verdict"] == VerdictName.DIVERGES,
        reference_notices=frozenset(stored.notice.name for stored in held.evidence.theory.notices),
        reference_rise=held.symptoms.rise,
        reference_fall=held.symptoms.fall,
        advised={id_: rows[id_]["score"] for id_ in against if id_ in rows},
    )
    return name_cause(case, thresholds, limits)


def _with_cost(stored: StoredNotice, one: Judged, rows: Mapping[str, Row], reference: Reference | None) -> str:
    """The notice's sentence, then what was measured beside the pairing that follows its advice, or the reference."""
    against = stored.against if stored.against in rows else reference.pairing_id if reference else ""
    if not against or against == one.evidence.pairing_id or not math.isfinite(one.row["score"]):
        return stored.notice.text
    cost = _cost(one.row, rows[against])
    beside = "the pairing so advised" if stored.against in rows else "the reference"
    return f"{stored.notice.text} [measured beside {beside}: {cost}]" if cost else stored.notice.text


def _cost(ours: Row, theirs: Row) -> str:
    """In each judgement that both have: score, speed, stability, probability."""
    parts = []
    if math.isfinite(theirs["score"]):
        parts.append(f"score {ours['score']:.3f} against {theirs['score']:.3f}")
    steps, their_steps = ours["steps_to_target"], theirs["steps_to_target"]
    if math.isfinite(their_steps):
        parts.append(f"{steps / their_steps:.2g} times the steps" if math.isfinite(steps) else "never at the target")
    collapsed, theirs_collapsed = ours["k_bad"], theirs["k_bad"]
    if collapsed is not None and theirs_collapsed is not None and collapsed != theirs_collapsed:
        parts.append(f"{collapsed} seeds collapsed against {theirs_collapsed}")
    log_loss, their_log_loss = ours.get("log_loss", math.nan), theirs.get("log_loss", math.nan)
    if math.isfinite(log_loss) and math.isfinite(their_log_loss):
        parts.append(f"log loss {log_loss:.3f} against {their_log_loss:.3f}")
    return ", ".join(parts)
