"""How each verdict looks and what it means: one declaration each, for the terminal, the figures and the files."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VerdictStyle:
    """One verdict. Its symbol, its name and its colour each suffice to tell it from the others."""

    verdict: str
    symbol: str
    plain_symbol: str
    """In ASCII, for terminals that cannot show `symbol`."""
    colour: str
    """Hex, for figures: the colour-blind safe palette of Okabe and Ito (2008), and greys."""
    terminal: str
    """Rich style."""
    meaning: str


STYLES: tuple[VerdictStyle, ...] = (
    VerdictStyle(
        verdict="works",
        symbol="✓",
        plain_symbol="+",
        colour="#0072B2",
        terminal="bold blue",
        meaning="keeps at least 95 % of the reference's gain over the floor, in at most twice the reference's steps",
    ),
    VerdictStyle(
        verdict="slow",
        symbol="◔",
        plain_symbol="~",
        colour="#56B4E9",
        terminal="cyan",
        meaning="gets there, in more than twice the steps of the reference",
    ),
    VerdictStyle(
        verdict="undecided",
        symbol="?",
        plain_symbol="?",
        colour="#BBBBBB",
        terminal="dim",
        meaning="the seeds or the learning rates tried do not settle it",
    ),
    VerdictStyle(
        verdict="impaired",
        symbol="▽",
        plain_symbol="-",
        colour="#F0E442",
        terminal="yellow",
        meaning="loses more than 5 % of the reference's gain over the floor",
    ),
    VerdictStyle(
        verdict="unstable",
        symbol="≈",
        plain_symbol="%",
        colour="#CC79A7",
        terminal="magenta",
        meaning="good on some seeds, collapsed on others",
    ),
    VerdictStyle(
        verdict="fails",
        symbol="✗",
        plain_symbol="x",
        colour="#D55E00",
        terminal="bold red",
        meaning="keeps less than a quarter of the reference's gain over the floor",
    ),
    VerdictStyle(
        verdict="diverges",
        symbol="∞",
        plain_symbol="!",
        colour="#E69F00",
        terminal="red",
        meaning="turns non-finite on most seeds",
    ),
    VerdictStyle(
        verdict="invalid",
        symbol="⊘",
        plain_symbol="/",
        colour="#555555",
        terminal="bold",
        meaning="cannot be trained: the loss is not defined on what the output gives, or has no coding for the target",
    ),
    VerdictStyle(
        verdict="incomplete",
        symbol="…",
        plain_symbol=".",
        colour="#DDDDDD",
        terminal="dim",
        meaning="trials are missing or crashed, or the reference is not known yet",
    ),
    VerdictStyle(
        verdict="no signal",
        symbol="∅",
        plain_symbol="o",
        colour="#EEEEEE",
        terminal="dim",
        meaning="no pairing of the task beats the trivial predictor clearly",
    ),
)
"""From the best to the worst, then those that say nothing of a pairing."""

VERDICTS: tuple[str, ...] = tuple(style.verdict for style in STYLES)

_BY_VERDICT = {style.verdict: style for style in STYLES}


def style_of(verdict: str) -> VerdictStyle:
    """The declaration of a verdict; raises KeyError for a word outside the vocabulary."""
    return _BY_VERDICT[verdict]
