"""Critical-difference ranks in a terminal: what was found in a sentence, then every level, bars beside its group."""

from rich.console import Console
from rich.text import Text

from actloss_cli.analysis.ranks import ALPHA, Ranks
from actloss_cli.report.terminal_text import say, shown

_PLURALS = {"activation": "activations", "output": "outputs", "loss": "losses", "optimizer": "optimizers"}
_NAMED = 3
"""Levels in a sentence; of more the number is given."""
_RANK = 5
"""Characters of a mean rank."""


def print_ranks(console: Console, ranks: Ranks) -> None:
    """Prints one role's ranking over the tasks of a kind; nothing is cut at any width."""
    say(console, shown(console, finding(ranks), "bold"))
    for place, level in enumerate(ranks.levels):
        bars = "".join("|" if level in group else " " for group in ranks.groups)
        numbers = f"{ranks.mean_rank[place]:{_RANK}.2f}  {bars}{'  ' if bars else ''}"
        label = shown(console, level)
        if len(numbers) + label.cell_len + 2 <= console.width:
            console.print(Text(f"  {numbers}") + label, soft_wrap=True)
        else:
            say(console, numbers.rstrip(), indent=2)
            say(console, label, indent=4)
    say(console, shown(console, how_to_read(ranks), "dim"), indent=2)
    console.print()


def finding(ranks: Ranks) -> str:
    """`binary: adam ranks best of 5 optimizers over 7 tasks, not told apart from rmsprop`."""
    every = f"{len(ranks.levels)} {_PLURALS[ranks.role]} over {ranks.n_tasks} tasks"
    if ranks.friedman_p >= ALPHA:
        return f"{ranks.kind}: no difference shows between {every}"
    best, *others = ranks.levels
    like = [level for level in others if any(best in group and level in group for group in ranks.groups)]
    if not like:
        apart = "told apart from all others"
    elif len(like) <= _NAMED:
        apart = f"not told apart from {', '.join(like)}"
    else:
        apart = f"not told apart from {len(like)} others"
    return f"{ranks.kind}: {best} ranks best of {every}, {apart}"


def how_to_read(ranks: Ranks) -> str:
    """What the numbers and bars of list and diagram are, and what was left out."""
    left_out = f" Without a score on some task: {', '.join(ranks.left_out)}." if ranks.left_out else ""
    return (
        f"Mean rank of each {ranks.role} over {ranks.n_tasks} tasks (1 is best), by the test score of its pairing that "
        "is best on validation. A bar joins what is not told apart: Nemenyi's test at 5 %, if Friedman's finds any "
        f"difference (p = {ranks.friedman_p:.2g}).{left_out}"
    )
