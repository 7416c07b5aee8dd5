"""Writes docs/recommend.md: how a recommendation is found, and how it compares with the whole grid."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.recommend_tables import TABLES

if TYPE_CHECKING:
    from studies.recommend import Outcome

TEXT = """\
# A recommendation for your own table

```
actloss recommend houses.csv --target price
actloss recommend houses.csv --target price --budget 10m --json
actloss recommend houses.csv --target price --budget 5%
```

It reads the table, says what it takes the target for and why, tries the usual activations, outputs, losses and
optimizers for that kind of table, and prints which pairing to take, which are as good within the margin, where the
plain default stands (ReLU, Adam, the standard loss), what to avoid and why, and code to paste. Results are those of
any run: `actloss report`, `show` and `script` read them. The same command again goes on where it was stopped, or
answers at once.

## How it is found

1. The table's profile decides what is tried. Outliers or a heavy tail add `log_cosh`, counts `poisson`, a rare class
   weighted losses and `focal`. Test rows take no part in it.
2. Theory predicts a verdict for every candidate. Those predicted to be mismatched are not tried, but listed; some
   are trained at the end, where there is time, to show what they cost.
3. Successive halving (Jamieson & Talwalkar, 2016): all others train for a ninth of the epochs on one seed, at every
   learning rate; a geometric share of them for a third. The order is by validation score. The plain default always
   goes on.
4. Those that are left get the whole protocol of any run: every learning rate on three seeds, then ten **fresh seeds**
   that took no part in selection. Verdicts and scores come from these alone.

`--budget 2m` is time once the table is read; prices are measured by a few steps, and corrected after each rung.
`--budget 5%` is a share of what the whole grid would train, and gives the same answer on every machine.
`RESULTS/candidates.yaml` is the config of the whole grid, for who has the time.

## Against the whole grid

Written by `python -m studies.recommend` (`make recommend-study`): on {n} tables `actloss recommend --budget {share}%`,
then the whole grid of the same candidates. Scores are R² or balanced accuracy on test rows, means over the whole
grid's ten final seeds. *Best* is its reference, chosen on validation. *Kept* is the share of the best one's gain over
the trivial predictor that the recommended pairing keeps; 95 % is the margin.

| table | rows | pairings | training | workers | command | best | recommended | kept | default | gain over it |
|---|---|---|---|---|---|---|---|---|---|---|
{rows}

- Within the margin of the best: {n_within} of {n}.
- The whole grid's best is better than the plain default on {n_beaten} of {n} ({beaten}), by a 95 % t interval over the
  seeds' differences. The recommended pairing is so too on {n_better} of these.
- *Training* is the share of the whole grid's epochs, summed over trials; on one table every epoch has the same
  updates. *Workers* is the same of what workers took by the clock: an update takes longer in the finalists' small
  stacks than in the grid's large ones. *Command* is what both commands took from start to end,
  with what they need besides to start, to plan, to store and to judge.
- A training has some 300 updates here, so that a whole grid takes a minute or less, and what does not grow with the
  training tells: the start of a command, and the rounds in which few stacks are left for the cores.

{sources}
"""


def write_page(outcomes: "Sequence[Outcome]", share: int, path: Path) -> None:
    """Of all tables."""
    beaten = [one for one in outcomes if one.default_is_beaten]
    better = [one for one in beaten if one.take_less_default[1] > 0]
    text = TEXT.format(
        share=share,
        rows="\n".join(map(_row, outcomes)),
        n=len(outcomes),
        n_within=sum(one.within for one in outcomes),
        n_beaten=len(beaten),
        beaten=", ".join(one.table for one in beaten) or "none",
        n_better=len(better),
        sources="\n".join(f"- {one.table}: {TABLES[one.table].source}" for one in outcomes),
    )
    path.write_text(text, encoding="utf-8")


def _row(one: "Outcome") -> str:
    mean, low, high = one.take_less_default
    cells = (
        one.table,
        f"{one.n_rows:,}",
        str(one.n_pairings),
        _percent(one.share),
        _percent(one.recommended.core_s / one.whole.core_s),
        f"{one.recommended.command_s:.0f} of {one.whole.command_s:.0f} s",
        f"`{one.best}` {one.best_score:.3f}",
        f"`{one.take}` {one.take_score:.3f}",
        f"{100 * one.take_share:.1f} %",
        f"{one.default_verdict} {one.default_score:.3f}",
        f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]",
    )
    return f"| {' | '.join(cells)} |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
