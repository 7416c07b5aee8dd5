"""A claim and its outcome in words: what was compared, what is claimed of it, what came out. The same everywhere."""

import math

from actloss_cli.claims.outcome import Case, Outcome, count_needed
from actloss_cli.claims.schema import ClaimSection, Side
from actloss_cli.claims.sides import PARTS
from actloss_cli.config.entries import ROLES
from actloss_cli.report.number_format import ABSENT, format_metric


def outcome_sentence(outcome: Outcome) -> str:
    """`steps to the target, tanh / sigmoid: 0.55 (0.48 to 0.63) on circles; claimed: below 0.909, ..`."""
    if outcome.fact:
        return outcome.fact
    case = outcome.telling
    assert case is not None, "what is no fact has a case for each task"
    claimed = f"claimed: {claimed_range(outcome)}, {_scope(outcome)}"
    return f"{compared(outcome.claim)}: {interval_text(case)} on {case.label}; {claimed}; {counts_text(outcome)}"


def compared(claim: ClaimSection) -> str:
    """What the effect is: `score, tanh - relu`."""
    if (single := claim.compare or claim.equal) is not None and single.b is None:
        return f"{single.spec.words} of {_named(single.a, Side())}"
    if (two := claim.compare or claim.exists or claim.equal) is not None:
        assert two.b is not None, "the others have two sides"
        sign = "/" if two.spec.is_ratio else "-"
        shared = {part: getattr(two.a, part) for part in PARTS if getattr(two.a, part) == getattr(two.b, part)}
        of = f" of {_named(Side(**shared), Side())}" if any(text != "*" for text in shared.values()) else ""
        return f"{two.spec.words}{of}, {_named(two.a, two.b)} {sign} {_named(two.b, two.a)}"
    if (best := claim.best_among) is not None:
        sign = "/" if best.spec.is_ratio else "-"
        return f"{best.spec.words}, {getattr(best.a, best.role)} {sign} the nearest rival"
    if claim.keeps is not None:
        return (
            f"score of {_named(claim.keeps.a, Side())} over {claim.keeps.share:g} of the best pairing's, from the floor"
        )
    if claim.step_time is not None:
        return f"time of a training step, {claim.step_time.activation} / the other"
    if claim.share is not None:
        others = f" - {' + '.join(claim.share.above)}" if claim.share.above else ""
        return f"share of the variance of {claim.share.response}, {' + '.join(claim.share.factors)}{others}"
    return "a fact"


def claimed_range(outcome: Outcome) -> str:
    """`below 0.909`, `between -0.02 and 0.02`."""
    low, high = (format_metric(end + 0.0) for end in (outcome.holds_from, outcome.holds_to))  # no minus before 0
    if math.isinf(outcome.holds_to):
        return f"above {low}"
    return f"below {high}" if _is_open(outcome) else f"between {low} and {high}"


def _is_open(outcome: Outcome) -> bool:
    """Whether any small effect, or any small ratio, is claimed."""
    return outcome.holds_from == (0.0 if outcome.is_ratio else -math.inf)


def interval_text(case: Case) -> str:
    """`0.55 (0.48 to 0.63)`."""
    if case.effect != case.effect:  # NaN
        return ABSENT
    return f"{format_metric(case.effect)} ({format_metric(case.low)} to {format_metric(case.high)})"


def counts_text(outcome: Outcome) -> str:
    """`holds on 4 of 4 tasks, 20 seeds, q = 0.0001`."""
    k = len(outcome.cases)
    unit = "pairings on their tasks" if outcome.claim.exists else "activations" if outcome.claim.step_time else "tasks"
    seeds = [case.n_seeds for case in outcome.cases]
    n_seeds = f"{min(seeds)}" if min(seeds) == max(seeds) else f"{min(seeds)} to {max(seeds)}"
    absent = sum(case.n_absent for case in outcome.cases)
    left_out = f" ({absent} without a value left out)" if absent else ""
    against = f", refuted on {outcome.n_tasks_against}" if outcome.n_tasks_against else ""
    of = "rounds" if outcome.claim.step_time else "seeds"
    q = f"q = {outcome.q:.2g}" if outcome.q >= 1e-4 else "q < 0.0001"
    return f"by itself it holds on {outcome.n_tasks_for} of {k} {unit}{against}; {n_seeds} {of}{left_out}; {q}"


def _scope(outcome: Outcome) -> str:
    k = len(outcome.cases)
    needed = count_needed(outcome.claim.quantifier, k)
    if k == 1:
        return "there"
    return "on all" if needed == k else f"on at least {needed}"


def _named(side: Side, other: Side) -> str:
    """The parts of a side that the other has not, functions first; of a side alone all that it gives."""
    given = {part: getattr(side, part) for part in PARTS if getattr(side, part) != getattr(other, part)}
    functions = " ".join(given[role] if given[role] != "*" else f"any {role}" for role in ROLES if role in given)
    places = " ".join(text for part, text in given.items() if part not in ROLES and text != "*")
    return " on ".join(filter(None, (functions, places))) or "all pairings"
