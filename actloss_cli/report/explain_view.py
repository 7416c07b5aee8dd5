"""What `actloss explain` prints: a card of facts, folded to any width, with its plots."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from actloss_cli.reference.measured import measured_for
from actloss_cli.report.explain_panels import Plots, plots_of
from actloss_cli.report.terminal_text import say, shown, symbol
from actloss_cli.report.verdict_style import style_of
from actloss_cli.theory.card import Card, HiddenLayers
from actloss_cli.theory.depth_facts import depth_facts
from actloss_cli.theory.facts import Fact, facts_of

NAME = 35
"""Columns of a fact's name beside its value."""
WIDE = 70
"""From so many columns on, names and values, and both plots, stand side by side."""


def headline(card: Card) -> str:
    """`sigmoid output + mse on two classes`."""
    counted = {0: "a regression", 2: "two classes"}.get(card.n_classes, f"{card.n_classes} classes")
    return f"{card.output.label} output + {card.loss.label} on {counted}"


def render_card(console: Console, card: Card) -> None:
    """Prints headline and prediction, facts, what the hidden layers do, notices, what was measured, plots."""
    style = style_of(card.prediction.verdict)
    verdict = symbol(console, style.verdict) + Text(f" predicted {style.verdict}", style.terminal)
    say(console, shown(console, f"{headline(card)}: ", "bold"), verdict)
    say(console, f"{card.prediction.reason} (rule: {card.prediction.rule})", indent=2)
    say(console, shown(console, f"held against {card.targets}", "dim"), indent=2)
    facts = facts_of(card)
    if facts:
        console.print()
    for fact in facts:
        _print_fact(console, fact)
    if card.hidden is not None:
        console.print()
        _print_depth(console, card.hidden, depth_facts(card))
    told = [notice.text for notice in card.notices if notice.text != card.prediction.reason]
    if told:
        console.print()
    for text in told:
        say(console, shown(console, "notice: ", "bold"), text)
    measured = measured_for(card.kind, card.output.label, card.loss.label)
    if measured:
        console.print()
        told_by = "; ".join(one.sentence for one in measured)
        say(console, shown(console, "measured in the reference grid: ", "bold"), told_by)
    for plots in plots_of(card):
        console.print()
        _print_plots(console, plots)


def _print_fact(console: Console, fact: Fact) -> None:
    mark = "! " if fact.concern else "  "
    style = "bold" if fact.concern else ""
    if console.width < WIDE:
        say(console, shown(console, mark + fact.name, style))
        say(console, fact.value, indent=4)
        return
    value = shown(console, fact.value).wrap(console, max(console.width - NAME - 2, 20))
    for i, line in enumerate(value):
        line.rstrip()
        lead = shown(console, (mark + fact.name).ljust(NAME + 2) if not i else " " * (NAME + 2), style)
        console.print(lead + line, soft_wrap=True)


def _print_depth(console: Console, hidden: HiddenLayers, facts: Sequence[Fact]) -> None:
    """Of hidden layers: how values and gradients fare from the first to the last."""
    layers = f"{hidden.depth} hidden layer{'s' if hidden.depth != 1 else ''} of {hidden.width} units"
    say(console, shown(console, f"{hidden.activation.label} in {layers}, init {hidden.init}", "bold"))
    for fact in facts:
        _print_fact(console, fact)


def _print_plots(console: Console, plots: Plots) -> None:
    for line in plots.lines(console.width, wide=console.width >= WIDE):
        console.print(shown(console, line), soft_wrap=True)
    say(console, shown(console, plots.legend, "dim"))
