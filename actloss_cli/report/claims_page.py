"""The page of claims: a table of outcomes, how they are tested, and each claim with its sentence and figure."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from pydantic import BaseModel

from actloss_cli.analysis.statistics import LEVEL
from actloss_cli.claims.effects import LEAST_SEEDS
from actloss_cli.claims.facts import FACTS
from actloss_cli.claims.metrics import METRICS
from actloss_cli.claims.outcome import Case, Outcome
from actloss_cli.claims.schema import STATEMENTS, BestAmong, Compare, Equal, Exists, Keeps, Share, StepTime
from actloss_cli.claims.suite import Suite
from actloss_cli.report.canvas import house_style, save_png
from actloss_cli.report.claims_figure import draw_claim
from actloss_cli.report.claims_sentences import compared, counts_text, interval_text, outcome_sentence
from actloss_cli.report.claims_view import in_order, summary_text
from actloss_cli.report.escape import printable
from actloss_cli.report.markdown import code, plain, table
from actloss_cli.report.refusal import refusal_named

_METHOD = f"""\
Every pairing trains at its own learning rate, chosen on validation; claims are tested on fresh final seeds, which
all pairings share. On each task the two sides are compared seed by seed, as means over the pairings that match:
scores by Student's t over seeds and test rows, steps and rates by Wilcoxon's signed ranks, ratios as logarithms,
sides on different data by Welch's t. A seed that misses the target counts as one evaluation beyond the budget.
Fewer than {LEAST_SEEDS} seeds decide nothing.

Each test is held against the claim's bound from both sides: *supported* means that the effect was shown to lie
where the claim says, *refuted* that it was shown to lie elsewhere, *inconclusive* neither, at {LEVEL:.0%}. A claim
says on how many of its tasks it must hold; its p is that of a partial conjunction (Benjamini & Heller, 2008), the
u-th smallest of k times k - u + 1. An existence claim is tested on every matching pair of every task. The best of
several must beat each of them. Then all p are adjusted by Holm's method over the suite. Equality needs two
one-sided tests (Schuirmann, 1987). The effect shown is that of the task that the outcome hangs on. Shares of
variance are computed for each tuning seed by itself. Facts are evaluated, not tested."""


_EXAMPLE = """\
```yaml
claims:
  - id: A1
    text: Tanh converges faster than sigmoid.
    source: our handbook
    config: grid.yaml            # a path from this file on; not needed for 'actloss verify RUN' and for facts
    holds_on: most               # of the tasks: all (unless said), most, some
    must: supported              # or refuted: otherwise the exit code is 1
    compare:
      a: {activation: tanh}      # task, kind, dataset, model, activation, output, loss, optimizer; wildcards
      b: {activation: sigmoid}   # or than: 0.5, a number
      metric: steps_to_target
      direction: less            # greater, less: beyond the margin; at_least, at_most: not beyond it the wrong way
      margin: 1.1                # a difference, or a factor where the metric is compared by ratio
```"""
_STATEMENTS: tuple[type[BaseModel], ...] = (Compare, Equal, Keeps, BestAmong, Exists, Share, StepTime)


def write_page(suite: Suite, page: Path) -> int:
    """Writes the page, and the figures into the folder beside it that has its name; gives their number."""
    folder = page.with_suffix("")
    ordered = in_order(suite.outcomes)
    figures: dict[str, Path] = {}
    with refusal_named(page), house_style():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()
        for outcome in ordered:
            if (figure := draw_claim(outcome)) is not None:
                figures[outcome.claim.id] = save_png(figure, folder / outcome.claim.id)
        text = "\n\n".join(_paragraphs(suite, ordered, figures, page.parent))
        page.write_text(f"{text}\n", encoding="utf-8")
    return len(figures)


def _paragraphs(suite: Suite, ordered: list[Outcome], figures: dict[str, Path], start: Path) -> Iterator[str]:
    yield "# Claims, as measured"
    yield f"{summary_text(suite)}. Generated from the runs; nothing here is written by hand."
    if suite.note:
        yield plain(suite.note)
    yield table(["claim", "outcome", "text", "effect", "seeds and tasks"], map(_row, ordered))
    yield "## How claims are tested"
    yield _METHOD
    yield from _syntax()
    for result, outcomes in groupby(ordered, key=lambda outcome: outcome.result):
        yield f"## {result.capitalize()}"
        for outcome in outcomes:
            yield from _claim(outcome, figures.get(outcome.claim.id), start)


def _syntax() -> Iterator[str]:
    """What a claims file may say, from the declarations."""
    yield "## Claims of your own"
    yield "`actloss claims run FILE` trains what claims need; `actloss verify RUN --claims FILE` tests a finished run."
    yield _EXAMPLE
    keys = [key for key in STATEMENTS if key != "fact"]
    statements = [
        [code(key), plain(", ".join(model.model_fields)), (model.__doc__ or "").split("\n")[0]]
        for key, model in zip(keys, _STATEMENTS, strict=True)
    ]
    yield table(["statement", "keys", "says"], [*statements, [code("fact"), plain(", ".join(FACTS)), "A fact holds."]])
    metrics = (
        [code(one.name), plain(one.words), "ratio" if one.is_ratio else "difference"] for one in METRICS.values()
    )
    yield table(["metric", "of each final seed", "compared by"], metrics)


def _row(outcome: Outcome) -> list[str]:
    claim, case = outcome.claim, outcome.telling
    effect = f"{compared(claim)}: {interval_text(case)} on {case.label}" if case else outcome.fact
    counts = counts_text(outcome) if case else "a fact"
    return [f"[{claim.id}](#{claim.id.lower()})", outcome.result, *map(_said, (claim.text, effect, counts))]


def _claim(outcome: Outcome, figure: Path | None, start: Path) -> Iterator[str]:
    claim = outcome.claim
    yield f"### {claim.id}"
    yield f"**{_said(claim.text)}** {outcome.result.capitalize()}: {_said(outcome_sentence(outcome))}."
    facts = {"source": claim.source, "published": claim.published, "covers": claim.covers, "config": claim.config}
    told = [f"- {key}: {code(value) if key == 'config' else _said(value)}" for key, value in facts.items() if value]
    yield "\n".join(told)
    if len(outcome.cases) > 1:
        rows = [_case_row(case) for case in outcome.cases]
        yield table(["on", "outcome by itself", "effect", "seeds", "pairs"], rows)
    if figure is not None:
        yield f"![{claim.id}]({figure.relative_to(start).as_posix()})"


def _case_row(case: Case) -> list[str]:
    return [_said(case.label), case.result, interval_text(case), str(case.n_seeds), str(case.n_pairs)]


def _said(text: str) -> str:
    return plain(printable(text))
