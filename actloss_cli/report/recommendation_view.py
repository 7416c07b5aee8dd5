"""A recommendation on the terminal: the data, what was tried, what to take, what is as good, what to avoid, code."""

from rich.console import Console
from rich.text import Text

from actloss_cli.recommend.answer import Finalist, Mismatch, Recommendation
from actloss_cli.recommend.profile import ClassFacts, Profile, RegressionFacts
from actloss_cli.report.number_format import format_interval, format_lr, format_score, format_share, score_name
from actloss_cli.report.terminal_text import say, shown, verdict_text

_LISTED = 8
"""Of pairings that stand alike, and of mismatches."""


def render_recommendation(console: Console, answer: Recommendation, snippet: str) -> None:
    """Prints it; `snippet` is "" where nothing is recommended."""
    for line in describe_profile(answer.record.profile):
        say(console, line)
    _print_tried(console, answer)
    if answer.no_signal:
        console.print()
        say(console, shown(console, "nothing to recommend: ", "bold"), answer.no_signal)
    else:
        _print_finalists(console, answer)
    _print_avoided(console, answer.avoid)
    if snippet:
        console.print()
        say(console, shown(console, "in PyTorch:", "bold"))
        for code in snippet.splitlines():
            console.print(shown(console, code), soft_wrap=True)


def describe_profile(profile: Profile) -> list[str]:
    """Sentences on kind, size and target."""
    rows = f"{profile.n_rows:,} rows, {profile.n_features:,} features"
    flags = profile.n_features - profile.n_numbers
    parts = [f"{rows}, {flags:,} of them 0 or 1 alone" if flags else rows]
    if profile.missing_share:
        parts.append(f"{100 * profile.missing_share:.2g} % of the cells missing, filled with means of training rows")
    why = f"since {profile.kind_reason}" if profile.kind_reason else "as you said"
    return ["; ".join(parts), f"{profile.kind}, {why}", _describe_target(profile.target)]


def _describe_target(target: RegressionFacts | ClassFacts) -> str:
    if isinstance(target, ClassFacts):
        share = f"the rarest, {target.rarest!r}, has {100 * target.rarest_share:.2g} % of the rows"
        balance = "imbalanced: " if target.is_imbalanced else ""
        return f"{len(target.names)} classes, {balance}{share}"
    parts = [f"targets from {target.low:.4g} to {target.high:.4g}"]
    if target.is_count:
        parts.append("whole and not negative: counts")
    if target.has_outliers:
        far = f"{100 * target.outlier_share:.2g} % lie far out"
        parts.append(f"with outliers or a heavy tail ({far}, excess kurtosis {target.excess_kurtosis:.2g})")
    return ", ".join(parts)


def _print_tried(console: Console, answer: Recommendation) -> None:
    record = answer.record
    console.print()
    rungs = ", then ".join(f"{rung.n_pairings} for {rung.epochs} epochs" for rung in record.rungs)
    how = f"{rungs}, then {record.n_finalists} for {record.epochs}" if rungs else f"each for {record.epochs} epochs"
    tried = format_share(record.n_sound, record.n_candidates)
    say(console, f"tried {tried} pairings, those that theory has nothing against: {how}.")
    kind = score_name(record.profile.kind)
    say(
        console,
        f"Answers below come from {answer.n_final} fresh seeds that took no part in selection: {kind} on test rows.",
    )


def _print_finalists(console: Console, answer: Recommendation) -> None:
    best, default = answer.best, answer.default
    assert best is not None, "there is a signal"
    console.print()
    say(console, shown(console, f"take {best.pairing}", "bold"), f", learning rate {format_lr(best.lr)}: {_of(best)}")
    margin = f"{100 * answer.margin:.3g} % of its gain"
    for title, standing in (
        (f"as good, within {margin}:", "as good"),
        (f"undecided, these seeds don't tell whether within {margin}:", "undecided"),
        ("clearly worse:", "worse"),
    ):
        group = [one for one in answer.finalists if one.standing == standing]
        if group:
            say(console, title)
            for one in group[:_LISTED]:
                keeps = f", keeps {100 * one.relative:.3g} %, learning rate {format_lr(one.lr)}"
                say(console, f"{one.pairing}: {_of(one)}{keeps}", indent=2)
            if len(group) > _LISTED:
                say(console, f"and {len(group) - _LISTED} more", indent=2)
    say(console, shown(console, f"the plain default {default.pairing}", "bold"), f" {_STANDS[default.standing]}")
    if default.cause:
        say(console, f"because: {default.cause}", indent=2)


_STANDS = {
    "best": "is the one to take.",
    "as good": "is as good: no need to leave it.",
    "undecided": "may be as good: these seeds don't tell.",
    "worse": "is clearly worse here.",
}


def _of(one: Finalist) -> str:
    return f"{format_score(one.score)} [{format_interval(one.score_low, one.score_high)}]"


def _print_avoided(console: Console, avoid: tuple[Mismatch, ...]) -> None:
    if not avoid:
        return
    console.print()
    say(console, shown(console, "avoid:", "bold"))
    for one in avoid[:_LISTED]:
        said = Text(" measured" if one.measured else " predicted")
        say(console, verdict_text(console, one.verdict), said, f", {one.functions}: {one.cause}", indent=2)
    if len(avoid) > _LISTED:
        say(console, f"and {len(avoid) - _LISTED} more", indent=2)
