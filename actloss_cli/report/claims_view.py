"""Claims and their outcomes on the terminal."""

from dataclasses import dataclass

from rich.console import Console

from actloss_cli.claims.outcome import RESULTS, Outcome, Result
from actloss_cli.claims.suite import Suite
from actloss_cli.report.claims_sentences import outcome_sentence
from actloss_cli.report.terminal_text import is_ascii, say, shown


@dataclass(frozen=True)
class ResultStyle:
    """How a result looks; its symbol, its name and its colour each suffice to tell it."""

    symbol: str
    plain_symbol: str
    colour: str
    """Hex, of the palette of Okabe and Ito (2008)."""
    terminal: str


RESULT_STYLES: dict[Result, ResultStyle] = {
    "supported": ResultStyle("✓", "+", "#0072B2", "bold blue"),
    "refuted": ResultStyle("✗", "x", "#D55E00", "bold red"),
    "inconclusive": ResultStyle("?", "?", "#767676", "dim"),
}


def render_suite(console: Console, suite: Suite) -> None:
    """Every claim with one sentence; what contradicts comes first."""
    for outcome in in_order(suite.outcomes):
        style = RESULT_STYLES[outcome.result]
        symbol = style.plain_symbol if is_ascii(console) else style.symbol
        head = shown(console, f"{symbol} {outcome.result} {outcome.claim.id}", style.terminal)
        must = f" (must be {outcome.claim.must})" if outcome.holds is False else ""
        say(console, head, shown(console, f"  {outcome.claim.text}", "bold"), shown(console, must, "bold red"))
        say(console, shown(console, outcome_sentence(outcome)), indent=2)
    for claim in suite.skipped:
        say(console, shown(console, f"- skipped {claim.id}: its run, of {claim.config}, was not given", "dim"))
    say(console, summary_text(suite))


def in_order(outcomes: tuple[Outcome, ...]) -> list[Outcome]:
    """Refuted ones first, each group in the order of the file."""
    return sorted(outcomes, key=lambda outcome: RESULTS.index(outcome.result))


def summary_text(suite: Suite) -> str:
    """How many came out how."""
    counts = {result: sum(one.result == result for one in suite.outcomes) for result in reversed(RESULTS)}
    told = ", ".join(f"{n} {result}" for result, n in counts.items())
    n_tested = sum(not one.fact for one in suite.outcomes)
    skipped = f"; {len(suite.skipped)} skipped" if suite.skipped else ""
    return f"{len(suite.outcomes)} claims: {told} at 95 %, after Holm's adjustment over the {n_tested} tested{skipped}"
