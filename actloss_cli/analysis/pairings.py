"""From a run to its verdicts: one row per pairing, one per task. What the report shows and an export writes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from actloss_cli.analysis.cause_thresholds import CauseThresholds
from actloss_cli.analysis.comparison import Comparison, compare_all
from actloss_cli.analysis.evidence import Evidence, TaskFacts
from actloss_cli.analysis.explanations import Judged, explain
from actloss_cli.analysis.multiplicity import benjamini_hochberg
from actloss_cli.analysis.pairing_row import DTYPES, FUNCTIONS, NAMES, pairing_labels, pairing_row
from actloss_cli.analysis.probability import best_proper, judge_probabilities, trivial_losses
from actloss_cli.analysis.references import Reference, make_reference, select_reference
from actloss_cli.analysis.statistics import Interval, score_interval, score_intervals
from actloss_cli.analysis.trial_table import TrialTable
from actloss_cli.analysis.verdicts import MISMATCHED, WORKING, Verdict, VerdictName, judge, judge_task
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.store.data import RunData

_NOT_METRICS = frozenset(
    {"seed", "lr", "diverged_epoch", "n_train", "score", "validation_score", "best_validation_score", "best_epoch"}
    | {"test_score", "train_loss", "validation_loss", "validation_log_loss", "validation_brier", "elapsed_s"}
)
"""Numeric columns of `RunData.trials` that no mean is shown of: what is no metric, losses of unlike scales, times."""


@dataclass(frozen=True)
class Analysis:
    """What a run says so far.

    `pairings`, index `pairing_id`, in the plan's order, the invalid among them; the columns are a stable interface:

    - task, kind, dataset, activation, output, loss, optimizer: labels;
    - lr: chosen on validation; n_final: final trials that came to an end, on which all below rests;
    - score: mean test score as the verdict uses it, at the floor where a seed turned non-finite or fell below;
      score_low, score_high: its t interval over seeds and test rows, cut at 1, which no score passes;
    - relative: share of the reference's gain over the floor, with the interval that agrees with the verdict;
    - steps_to_target: median over seeds of the steps to 90 % of the reference's validation gain, infinite where missed;
    - verdict, reason, works (`works` or `slow`), is_reference;
    - cause, of a mismatched pairing, and notices, facts that hold whatever the verdict, with their measured cost: each
      a sentence, several joined by ` | `, "" where there is none; cause_name, notice_names: their closed vocabularies;
    - score_grade, speed_grade, stability_grade, probability_grade: the four judgements, see `judgements`;
    - validation_score, best_validation_score: at the last and at the best epoch, on the same terms as score;
    - error_ratio: (1 - score) / (1 - score of the reference);
    - collapse_bound: the largest rate of collapse that the seeds don't exclude; k_bad, k_good: seeds collapsed, good;
    - n_tune: tune trials that are there; n_diverged: trials of both phases that ended without a finite score;
    - speed_ratio: median over seeds of the steps to the target over the reference's; log_loss_ratio: mean log loss over
      that of the best proper pairing; probability_skill: 1 - log loss / that of the class rates, see `probability`, or
      of the Brier score where probability_rule says so;
    - p_keeps: two-sided p of keeping just what works must keep; q_keeps: by Benjamini and Hochberg over the task;
    - lr_at_edge: `low`, `high` or ""; seeds_needed: final seeds that would settle an undecided pairing;
    - predicted, predicted_rule, predicted_reason: the verdict that theory predicted before the first trial, the rule
      that decided, and its sentence;
    - each metric of the trials: the mean of its raw values over seeds, NaN if one of them has none.

    `references`: the pairing of each task that has a reference by now.

    `tasks`, index `task`: kind, dataset, reference (label or ""), no_signal, n_pairings, n_working, n_mismatched, then
    the number of pairings under the name of each verdict.
    """

    pairings: pd.DataFrame
    references: Mapping[str, str]
    tasks: pd.DataFrame


def analyse(run: RunData, thresholds: Thresholds | None = None) -> Analysis:
    """Chooses learning rates and references, compares, judges, explains; the run may be unfinished.

    Verdicts hang on the thresholds that the run was planned with, unless others are given.
    """
    thresholds = thresholds or run.thresholds
    table = TrialTable.of(run)
    metrics = [name for name in run.trials.select_dtypes("number").columns if name not in _NOT_METRICS]
    values = run.trials[metrics].to_numpy(np.float64)  # [T, metrics]
    rows: dict[str, dict[str, Any]] = {}
    references: dict[str, str] = {}
    for task in table.tasks():
        evidence = list(table.evidence(task))
        reference, shared = _reference(evidence, table, task, thresholds)
        if reference:
            references[task.label] = reference.pairing_id
        measured = _measure(evidence, reference, table, task, thresholds)
        judged = [
            _judged(one, measured.get(one.pairing_id), reference, shared, table, task, thresholds) for one in evidence
        ]
        for one in judged:
            trials = one.evidence.finals.trials[one.evidence.finals.finished]
            means = values[trials].mean(axis=0) if len(trials) else np.full(len(metrics), np.nan)
            one.row.update(zip(metrics, means.tolist(), strict=True))
        _add_probabilities(judged, table, task, thresholds)
        explained = explain(judged, reference, task, thresholds, CauseThresholds())
        rows |= {one.evidence.pairing_id: one.row | explained[one.evidence.pairing_id] for one in judged}
    pairings = _pairings_frame(run, rows, metrics)
    return Analysis(pairings, references, _tasks_frame(run, pairings))


def _reference(
    evidence: Sequence[Evidence], table: TrialTable, task: TaskFacts, thresholds: Thresholds
) -> tuple[Reference | None, Verdict | None]:
    """The task's reference, once all is tuned and its final trials are there; the task's shared verdict, if any."""
    chosen = select_reference(evidence, task.floor, thresholds.fail_share)
    if chosen is None:
        return None, judge_task(evidence, chosen, None, thresholds)
    reference = make_reference(chosen, table.row_scores(chosen.finals, task), task)
    score = score_interval(reference.score, reference.row_scores, task.strata, thresholds.look_level)
    gain = Interval(score.mean - task.floor, score.low - task.floor, score.high - task.floor)
    shared = judge_task(evidence, chosen, gain, thresholds)
    may_change = shared is not None and shared.name is VerdictName.INCOMPLETE
    return None if may_change else reference, shared


@dataclass(frozen=True)
class _Measured:
    """What the final trials of a pairing say: on their own, and against the reference where there is one."""

    score: Interval
    comparison: Comparison | None


def _measure(
    evidence: Sequence[Evidence],
    reference: Reference | None,
    table: TrialTable,
    task: TaskFacts,
    thresholds: Thresholds,
) -> dict[str, _Measured]:
    """By pairing id, of those with a final trial; all those at once in which the same seeds finished."""
    groups: dict[bytes, list[Evidence]] = defaultdict(list)
    for one in evidence:
        if one.finals.finished.any():
            groups[one.finals.finished.tobytes()].append(one)
    measured: dict[str, _Measured] = {}
    for alike in groups.values():
        finals = [one.finals for one in alike]
        row_means = np.stack([table.row_means(one, task) for one in finals])
        score = np.stack([one.score[one.finished] for one in finals])
        intervals = score_intervals(score, row_means, task.strata, thresholds.look_level)
        comparisons = compare_all(finals, row_means, reference, task, thresholds) if reference else [None] * len(alike)
        found = map(_Measured, intervals, comparisons)
        measured |= {one.pairing_id: of_one for one, of_one in zip(alike, found, strict=True)}
    return measured


def _judged(
    evidence: Evidence,
    measured: _Measured | None,
    reference: Reference | None,
    shared: Verdict | None,
    table: TrialTable,
    task: TaskFacts,
    thresholds: Thresholds,
) -> Judged:
    """One pairing, its row without metrics, probabilities and cause."""
    score, comparison = (measured.score, measured.comparison) if measured else (None, None)
    finals = evidence.finals
    seeds = finals.finished
    verdict = judge(evidence, comparison, shared, thresholds)
    # of what collapses on some seeds alone, these seeds tell why
    collapsed = seeds & (finals.score < comparison.bad_below) if comparison else seeds
    telling = collapsed if collapsed.any() else seeds
    is_mismatched = verdict.name in MISMATCHED
    is_reference = reference is not None and evidence.pairing_id == reference.pairing_id
    return Judged(
        evidence=evidence,
        row=pairing_row(evidence, score, comparison, verdict, reference, task, thresholds),
        symptoms=table.symptoms(finals, telling, task) if measured and (is_mismatched or is_reference) else None,
    )


def _add_probabilities(judged: Sequence[Judged], table: TrialTable, task: TaskFacts, thresholds: Thresholds) -> None:
    """The fourth judgement, of all pairings that have every final trial, against the best proper one of them."""
    whole = {
        one.evidence.pairing_id: table.probabilities(one.evidence.finals)
        for one in judged
        if task.kind != "regression" and one.evidence.finals.finished.all()
    }
    proper = {one.evidence.pairing_id for one in judged if one.evidence.theory.proper}
    best = best_proper({id_: found for id_, found in whole.items() if id_ in proper})
    trivial = trivial_losses(task.strata)
    for one in judged:
        ours = whole.get(one.evidence.pairing_id)
        found = judge_probabilities(ours, whole[best] if best else None, trivial, thresholds) if ours else None
        one.row.update(
            probability_grade=str(found.grade) if found else "",
            probability_skill=found.skill if found else np.nan,
            probability_rule=(found.rule or "") if found else "",
            log_loss_ratio=found.log_loss_ratio if found else np.nan,
        )


def _pairings_frame(run: RunData, rows: Mapping[str, dict[str, Any]], metrics: Sequence[str]) -> pd.DataFrame:
    """Puts the plan's names before the measured columns; the index follows the plan."""
    measured = pd.DataFrame.from_records(list(rows.values()), index=list(rows), columns=[*DTYPES, *metrics]).astype(
        dict(DTYPES)
    )
    of_task = run.tasks[["kind", "dataset"]]
    named = run.pairings[["task", *FUNCTIONS]].join(of_task, on="task")[list(NAMES)]
    return named.join(measured.assign(q_keeps=_adjusted(measured["p_keeps"], named["task"])))


def _adjusted(p: "pd.Series[float]", task: "pd.Series[str]") -> "pd.Series[float]":
    """By Benjamini and Hochberg, over the pairings of each task."""
    return p.groupby(task).transform(lambda of_task: benjamini_hochberg(of_task.to_numpy(np.float64)))


def _tasks_frame(run: RunData, pairings: pd.DataFrame) -> pd.DataFrame:
    counts = pd.crosstab(pairings["task"], pairings["verdict"])
    counts = counts.reindex(index=run.tasks.index, columns=[str(name) for name in VerdictName], fill_value=0)
    held = pairings[pairings["is_reference"]].set_index("task")
    tasks = run.tasks[["kind", "dataset"]].assign(
        reference=pairing_labels(held).reindex(run.tasks.index).fillna(""),
        no_signal=counts[VerdictName.NO_SIGNAL] > 0,
        n_pairings=counts.sum(axis=1),
        n_working=counts[[*map(str, WORKING)]].sum(axis=1),
        n_mismatched=counts[[*map(str, MISMATCHED)]].sum(axis=1),
    )
    return tasks.join(counts)
