"""From a claim and a measured run to its outcome: pairs what the sides mean, tests each task, joins the tasks. Pure."""

from collections.abc import Iterator, Sequence

import numpy as np

from actloss_cli.claims.cases import compare_sides, compare_with_number, compare_with_reference
from actloss_cli.claims.criterion import Criterion, equality, one_sided
from actloss_cli.claims.effects import partial_conjunction
from actloss_cli.claims.facts import FACTS
from actloss_cli.claims.measured import Measured
from actloss_cli.claims.outcome import Case, Outcome, count_needed
from actloss_cli.claims.schema import BestAmong, ClaimSection, Compare, Equal, Exists, Side
from actloss_cli.claims.shares import compare_shares
from actloss_cli.claims.sides import find_pairings, match, one_by_one
from actloss_cli.claims.step_times import compare_step_times
from actloss_cli.config.flaw import Flaw, KeyPath, carried


def evaluate(claim: ClaimSection, measured: Measured | None) -> Outcome:
    """Tests one claim; raises pydantic's `ValidationError` where the run has nothing that it speaks of.

    `measured` is the run that it names; None for one that needs no run.
    """
    if claim.fact is not None:
        found = FACTS[claim.fact]()
        p_for, p_against = (0.0, 1.0) if found.holds else (1.0, 0.0)
        return Outcome(claim, (), p_for, p_against, fact=found.words)
    if claim.step_time is not None:
        criterion = one_sided("at_most", float(np.log(claim.step_time.within)))
        return _joined(claim, list(compare_step_times(claim.step_time, criterion)), criterion, is_ratio=True)
    assert measured is not None, "a claim about pairings is tested on a run"
    if claim.share is not None:
        criterion = one_sided("greater", claim.share.than or 0.0)
        return _joined(claim, list(compare_shares(claim.share, measured, criterion)), criterion)
    if claim.keeps is not None:
        criterion, share = one_sided("at_least", 0.0), claim.keeps.share
        by_task = _by_task(claim.keeps.a, measured, ("keeps", "a"))
        return _joined(claim, [compare_with_reference(*one, share, measured, criterion) for one in by_task], criterion)
    if claim.best_among is not None:
        return _best(claim, claim.best_among, measured)
    if claim.exists is not None:
        return _exists(claim, claim.exists, measured)
    if (equal := claim.equal) is not None:
        return _contrasted(claim, equal, equality(equal.on_scale(equal.within)), measured)
    compare = claim.compare
    assert compare is not None, "the last of the statements"
    criterion = one_sided(compare.direction, compare.on_scale(compare.margin))
    return _contrasted(claim, compare, criterion, measured)


def _contrasted(claim: ClaimSection, contrast: Compare | Equal, criterion: Criterion, measured: Measured) -> Outcome:
    """Side against side, or a side against a number."""
    path, spec = "compare" if claim.compare else "equal", contrast.spec
    if contrast.b is not None:
        matched = match(contrast.a, contrast.b, measured.pairings, (path,))
        cases = [compare_sides(one, spec, measured, criterion) for one in matched]
        return _joined(claim, cases, criterion, is_ratio=spec.is_ratio)
    known, by_task = contrast.number, _by_task(contrast.a, measured, (path, "a"))
    cases = [compare_with_number(*one, known, spec, measured, criterion) for one in by_task]
    return _joined(claim, cases, criterion, is_ratio=spec.is_ratio, origin=known)


def _exists(claim: ClaimSection, exists: Exists, measured: Measured) -> Outcome:
    """Every pair of pairings on every task is a case; one must hold, each at its share of the error."""
    spec, criterion = exists.spec, one_sided(exists.direction, exists.on_scale(exists.margin))
    pairs = one_by_one(match(exists.a, exists.b, measured.pairings, ("exists",)))
    return _joined(
        claim, [compare_sides(one, spec, measured, criterion) for one in pairs], criterion, is_ratio=spec.is_ratio
    )


def _best(claim: ClaimSection, best: BestAmong, measured: Measured) -> Outcome:
    """Within a task against every other one; the case shown is the rival that comes nearest to beating it."""
    criterion = one_sided("at_least" if best.spec.higher_is_better else "at_most", best.on_scale(best.within))
    path: KeyPath = ("best_among", "a")
    own = set(find_pairings(best.a, measured.pairings, path)[best.role])
    everything = find_pairings(best.a.with_part(best.role, "*"), measured.pairings, path)
    rivals = [str(name) for name in dict.fromkeys(everything[best.role]) if name not in own]
    if not rivals:
        raise carried([Flaw(path, f"the run has no other {best.role} to be the best among")])
    of_task: dict[str, list[Case]] = {}
    for rival in rivals:
        for one in match(best.a, best.a.with_part(best.role, rival), measured.pairings, ("best_among",)):
            of_task.setdefault(one.label, []).append(compare_sides(one, best.spec, measured, criterion, rival))
    return _joined(claim, list(map(_against_all, of_task.values())), criterion, is_ratio=best.spec.is_ratio)


def _against_all(cases: Sequence[Case]) -> Case:
    """The best beats all, so the largest p counts for it; any refutes it, so Bonferroni's counts against it."""
    nearest = max(cases, key=lambda case: case.p_for)
    return nearest.under(partial_conjunction(np.array([case.p_against for case in cases]), 1))


def _joined(
    claim: ClaimSection, cases: Sequence[Case], criterion: Criterion, *, is_ratio: bool = False, origin: float = 0.0
) -> Outcome:
    """Shown on as many tasks as the claim asks for; refuted where so many fail that these can't be reached."""
    k, needed = len(cases), count_needed(claim.quantifier, len(cases))
    p_for = partial_conjunction(np.array([case.p_for for case in cases]), needed)
    p_against = partial_conjunction(np.array([case.p_against for case in cases]), k - needed + 1)
    ends = np.array([criterion.low, criterion.high]) + origin
    low, high = map(float, np.exp(ends) if is_ratio else ends)
    return Outcome(claim, tuple(cases), p_for, p_against, low, high, is_ratio)


def _by_task(side: Side, measured: Measured, path: KeyPath) -> Iterator[tuple[str, list[str]]]:
    """A side's pairings on each task."""
    for task, group in find_pairings(side, measured.pairings, path).groupby("task", sort=False):
        yield str(task), list(map(str, group.index))
