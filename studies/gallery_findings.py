"""What surprises in the main grid: each finding is told where the run's own numbers bear it out, else left out."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from actloss_cli.report.markdown import code, plain, table
from actloss_cli.report.number_format import format_interval, format_score, format_share, format_steps
from actloss_cli.report.ranking import best_on_validation, pairing_label, rank_pairings
from studies.gallery_section import Section, Told, curves_of, head, named, working

_MUCH_WORSE = 2.0
"""Ratio of log losses from on which softmax twice is told of."""
_DEAD = "dead output"
_MANY_MORE = 0.25
"""Of a head's pairings, those with a dead output on one task and not on the other, from on which it is told."""
_SOFTMAX_TWICE = """\
`cross_entropy` takes logits and applies softmax itself. Given the output of a softmax it sees numbers from 0 to 1:
however sure the network is, the loss reads a probability of at most e / (e + C - 1) for the right one of C classes. It
stays far above 0 and its gradient weak. No error is raised. In each cell: softmax once, as it should be, then twice."""
_SOFTMAX_ENDS = """\
Softmax keeps the order of the classes, so an accuracy hardly moves where classes are balanced and there is time. The
probabilities are wrong nevertheless."""
_SQUARED_ENDS = """\
This is no accident of the run: Hui and Belkin (2021) found squared error level with cross-entropy or ahead of it on
most of the tasks that they retrained. It needs an output without a limit, and outputs that leave [0, 1] are no
probabilities."""
_DEAD_ENDS = """\
At the end of its range a bounded output has hardly any gradient. While classes are balanced, their pulls hold it in
the middle. Where one is rare, the common one wins the first steps and drives the output to its end on every row; there
the rare one pulls with next to nothing, and nothing brings it back."""


def findings(told: Told) -> Iterator[Section]:
    """The sections that this run bears out, in the order of telling."""
    for section in (_softmax_twice(told), _squared_error(told), _dead_outputs(told)):
        if section:
            yield section


def _softmax_twice(told: Told) -> Section | None:
    both = {}
    for task in told.tasks:
        once, twice = (head(told.of(task), output, "cross_entropy") for output in ("identity", "softmax"))
        if len(once) and len(twice) and twice["log_loss"].median() > _MUCH_WORSE * once["log_loss"].median():
            both[task] = once, twice
    if not both:
        return None
    ranked = sorted(both, key=lambda task: float(both[task][1]["works"].mean()))
    lost, kept = ranked[0], ranked[-1]
    right, wrong = (format_score(float(part["log_loss"].median())) for part in both[kept])
    ends = [
        f"On {plain(kept)} {working(both[kept][1])} pairings still work, at a median log loss of {wrong} instead of "
        f"{right}."
    ]
    if both[lost][1]["works"].mean() < both[kept][1]["works"].mean():
        ends.append(f"On {plain(lost)} the damage reaches the score as well: {working(both[lost][1])} work.")
    middle = _middle(both[lost][1])
    same = both[lost][0]
    same = same[(same[["activation", "optimizer"]] == middle[["activation", "optimizer"]].iloc[0]).all(axis=1)]
    scores = [format_score(float(chosen["score"].iloc[0])) for chosen in (same, middle)]
    title = f"{lost}: softmax once scores {scores[0]}, softmax twice {scores[1]}"
    return Section(
        "Softmax twice: a mistake that accuracy hides",
        (_SOFTMAX_TWICE, _softmax_table(both), " ".join([*ends, _SOFTMAX_ENDS])),
        (curves_of(told, "softmax-twice", title, "softmax once and twice, all else the same", same, middle),),
        ("report", told.results, "--task", kept, "--where", "output=softmax,loss=cross_entropy"),
    )


def _softmax_table(both: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> str:
    def medians(once: pd.DataFrame, twice: pd.DataFrame) -> Iterator[str]:
        columns = (("score", format_score), ("log_loss", format_score), ("steps_to_target", format_steps))
        for column, show in columns:
            yield f"{show(float(once[column].median()))} → {show(float(twice[column].median()))}"

    return table(
        ["task", "pairings that work", "median score", "median log loss", "median steps to the target"],
        (
            [plain(task), f"{working(once)} → {working(twice)}", *medians(once, twice)]
            for task, (once, twice) in both.items()
        ),
    )


def _middle(pairings: pd.DataFrame) -> pd.DataFrame:
    """The one in the middle of their ranking by test score."""
    return rank_pairings(pairings).iloc[[len(pairings) // 2]]


def _squared_error(told: Told) -> Section | None:
    """Of the first task of several classes on which the best with squared error on the codes is ahead."""
    for task in told.tasks:
        squared, entropy = (head(told.of(task), "identity", loss) for loss in ("mse", "cross_entropy"))
        if told.of(task)["kind"].iloc[0] != "multiclass" or squared.empty or entropy.empty:
            continue
        best, beside = (best_on_validation(chosen, 1).iloc[0] for chosen in (squared, entropy))
        if best["score"] > beside["score"]:
            return _squared_section(told, task, squared, entropy)
    return None


def _squared_section(told: Told, task: str, squared: pd.DataFrame, entropy: pd.DataFrame) -> Section:
    best, beside = (best_on_validation(chosen, 1) for chosen in (squared, entropy))
    scores = [format_score(float(chosen["score"].iloc[0])) for chosen in (best, beside)]
    reference = told.reference(task)
    keeps = beside.iloc[0]
    text = (
        f"Squared error on the classes' codes, 0 and 1, is what textbooks advise against. On {plain(task)} "
        f"{named('identity', 'mse')} works in {working(squared)} pairings. The one best on validation scores "
        f"{scores[0]}, the best with {named('identity', 'cross_entropy')} {scores[1]}. The latter keeps "
        f"{format_score(keeps['relative'])} ({format_interval(keeps['relative_low'], keeps['relative_high'])}) of the "
        f"reference's gain over the floor, and that is {code(pairing_label(reference))}, with "
        f"{format_score(reference['score'])}."
    )
    by = ["activation", "optimizer"]
    ahead = (squared.set_index(by)["score"] - entropy.set_index(by)["score"]).dropna()
    pairs = (
        f"With activation and optimizer the same, squared error scores higher in "
        f"{format_share(int((ahead > 0).sum()), len(ahead))} cases, by {float(ahead.median()):+.3f} in the median; at "
        f"worst by {float(ahead.min()):+.3f}, of {code('/'.join(map(str, ahead.index[int(np.argmin(ahead))])))}."
    )
    title = f"{task}: the best with mse scores {scores[0]}, with cross_entropy {scores[1]}"
    return Section(
        "Squared error keeps up with cross-entropy",
        (text, f"{pairs} {_SQUARED_ENDS}"),
        (curves_of(told, "squared-error", title, "the best of each on validation", best, beside),),
        ("report", told.results, "--task", task, "--where", "output=identity,loss=mse|cross_entropy"),
    )


def _dead_outputs(told: Told) -> Section | None:
    """Of two tasks of two classes, what is dead on the one with the rarer class and alive on the other."""
    rare = {task: _rarest(told, task) for task in told.tasks if told.of(task)["kind"].iloc[0] == "binary"}
    if len(rare) < 2 or min(rare.values()) == max(rare.values()):
        return None
    uneven, even = min(rare, key=lambda task: rare[task]), max(rare, key=lambda task: rare[task])
    heads = told.of(uneven)[["output", "loss"]].drop_duplicates().itertuples(index=False)
    rows: dict[tuple[str, str], tuple[pd.DataFrame, pd.DataFrame]] = {}
    for output, loss in heads:
        there, here = (head(told.of(task), str(output), str(loss)) for task in (even, uneven))
        if len(there) and _n_dead(here) / len(here) - _n_dead(there) / len(there) >= _MANY_MORE:
            rows[str(output), str(loss)] = there, here
    if not rows:
        return None
    (output, loss), (there, here) = max(rows.items(), key=lambda item: _n_dead(item[1][1]) - _n_dead(item[1][0]))
    text = (
        f"On {plain(even)} the rarer class has {100 * rare[even]:.0f} % of the rows, on {plain(uneven)} "
        f"{100 * rare[uneven]:.0f} %. {named(output, loss).capitalize()} works in {working(there)} pairings of the one "
        f"and in {working(here)} of the other: {_n_dead(here)} of these end, at least on the seeds that collapse, with "
        "the same output on every row:"
    )
    counts = table(
        ["output under loss", f"dead on {plain(even)}", f"dead on {plain(uneven)}"],
        ([named(*key), _share(there), _share(here)] for key, (there, here) in rows.items()),
    )
    dead = _middle(here[here["cause_name"] == _DEAD])
    best = best_on_validation(told.of(uneven), 1)
    title = f"{uneven}: {output} under {loss} goes dead and scores {format_score(float(dead['score'].iloc[0]))}"
    return Section(
        "A rare class makes bounded outputs go dead",
        (text, counts, _DEAD_ENDS),
        (curves_of(told, "dead-output", title, "dead, beside the best on validation", dead, best),),
        ("show", told.results, f"{uneven}/{pairing_label(dead.iloc[0])}"),
    )


def _rarest(told: Told, task: str) -> float:
    """Share of the test rows that the rarest class has."""
    counts = np.bincount(told.run.strata[task])
    return float(counts.min() / counts.sum())


def _n_dead(pairings: pd.DataFrame) -> int:
    return int((pairings["cause_name"] == _DEAD).sum())


def _share(pairings: pd.DataFrame) -> str:
    return format_share(_n_dead(pairings), len(pairings))
