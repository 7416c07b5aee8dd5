"""From a run to its verdicts: one row per pairing, one per task. What the report shows and an export writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.analysis.cause_thresholds import CauseThresholds
from actloss_cli.analysis.comparison import Comparison
from actloss_cli.analysis.evidence import Evidence, Finals, TaskFacts
from actloss_cli.analysis.explanations import Judged, explain
from actloss_cli.analysis.measured import Measured, measure
from actloss_cli.analysis.multiplicity import benjamini_hochberg
from actloss_cli.analysis.pairing_row import DTYPES, FUNCTIONS, NAMES, pairing_labels, pairing_row
from actloss_cli.analysis.probability import best_proper, judge_probabilities, trivial_losses
from actloss_cli.analysis.references import Reference, make_reference, select_reference
from actloss_cli.analysis.statistics import Interval, score_interval
from actloss_cli.analysis.trial_table import TrialTable
from actloss_cli.analysis.verdicts import MISMATCHED, WORKING, Verdict, VerdictName, judge, judge_task
from actloss_cli.collecting import without_collecting
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.side_by_side import done_side_by_side
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


@without_collecting()
def analyse(run: RunData, thresholds: Thresholds | None = None, *, by_copies: bool = False) -> Analysis:
    """Chooses learning rates and references, compares, judges, explains; the run may be unfinished.

    Verdicts hang on the thresholds that the run was planned with, unless others are given. `by_copies` of this process
    are tasks judged on every core: for a command, as a program with threads of its own may not survive being copied.
    """
    thresholds = thresholds or run.thresholds
    table = TrialTable.of(run)
    metrics = [name for name in run.trials.select_dtypes("number").columns if name not in _NOT_METRICS]
    values = run.trials[metrics].to_numpy(np.float64)  # [T, metrics]
    tasks = list(table.tasks())
    jobs = [partial(_judge_task, task, table, metrics, values, thresholds) for task in tasks]
    found = done_side_by_side(jobs) if by_copies else ((place, job()) for place, job in enumerate(jobs))
    rows: dict[str, dict[str, Any]] = {}
    references: dict[str, str] = {}
    for place, (of_task, reference) in sorted(found, key=itemgetter(0)):
        rows |= of_task
        if reference:
            references[tasks[place].label] = reference
    pairings = _pairings_frame(run, rows, metrics)
    return Analysis(pairings, references, _tasks_frame(run, pairings))


def _judge_task(
    task: TaskFacts, table: TrialTable, metrics: Sequence[str], values: NDArray[np.float64], thresholds: Thresholds
) -> tuple[dict[str, dict[str, Any]], str]:
    """The row of each of its pairings, by id, and the id of its reference, "" where it has none by now.

    `values` are the trials' raw metrics `[T, metrics]`.
    """
    evidence = list(table.evidence(task))
    reference, shared = _reference(evidence, table, task, thresholds)
    measured = measure(evidence, reference, table, values, task, thresholds)
    judged = _judge_all(evidence, measured, reference, shared, table, task, thresholds)
    for one in judged:
        found = measured.get(one.evidence.pairing_id)
        one.row.update(zip(metrics, found.metrics if found else [np.nan] * len(metrics), strict=True))
    _add_probabilities(judged, table, task, thresholds)
    explained = explain(judged, reference, task, thresholds, CauseThresholds())
    rows = {one.evidence.pairing_id: one.row | explained[one.evidence.pairing_id] for one in judged}
    return rows, reference.pairing_id if reference else ""


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


def _judge_all(
    evidence: Sequence[Evidence],
    measured: Mapping[str, Measured],
    reference: Reference | None,
    shared: Verdict | None,
    table: TrialTable,
    task: TaskFacts,
    thresholds: Thresholds,
) -> list[Judged]:
    """Each pairing, its row without metrics, probabilities and cause."""
    rows: dict[str, dict[str, Any]] = {}
    telling: dict[str, tuple[Finals, NDArray[np.bool_]]] = {}
    for one in evidence:
        found = measured.get(one.pairing_id)
        comparison = found.comparison if found else None
        verdict = judge(one, comparison, shared, thresholds)
        rows[one.pairing_id] = row = pairing_row(one, found, verdict, reference, thresholds)
        if found and (verdict.name in MISMATCHED or row["is_reference"]):
            telling[one.pairing_id] = one.finals, _telling_seeds(one.finals, comparison)
    symptoms = dict(zip(telling, table.symptoms(list(telling.values()), task), strict=True))
    return [Judged(one, rows[one.pairing_id], symptoms.get(one.pairing_id)) for one in evidence]


def _telling_seeds(finals: Finals, comparison: Comparison | None) -> NDArray[np.bool_]:
    """`[n]`: of what collapses on some seeds alone, these seeds tell why; else all that came to an end."""
    if comparison is None:
        return finals.finished
    collapsed = finals.finished & (finals.score < comparison.bad_below)
    return collapsed if collapsed.any() else finals.finished


def _add_probabilities(judged: Sequence[Judged], table: TrialTable, task: TaskFacts, thresholds: Thresholds) -> None:
    """The fourth judgement, of all pairings that have every final trial, against the best proper one of them."""
    whole = {
        one.evidence.pairing_id: table.probabilities(one.evidence.finals)
        for one in judged
        if task.kind != "regression" and one.evidence.finals.finished.all()
    }
    proper = {one.evidence.pairing_id for one in judged if one.evidence.theory.proper}
    best = best_proper({id_: found for id_, found in whole.items() if id_ in proper})
    found = judge_probabilities(
        list(whole.values()), whole[best] if best else None, trivial_losses(task.strata), thresholds
    )
    judgements = dict(zip(whole, found, strict=True))
    for one in judged:
        ours = judgements.get(one.evidence.pairing_id)
        one.row.update(
            probability_grade=str(ours.grade) if ours else "",
            probability_skill=ours.skill if ours else np.nan,
            probability_rule=(ours.rule or "") if ours else "",
            log_loss_ratio=ours.log_loss_ratio if ours else np.nan,
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
