"""docs/statistics.md: what was promised, what was measured, in words, tables and a figure."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scipy import stats

from actloss_cli.report.markdown import plain, table
from studies.cases import FAILS, LIMIT, REAL, SLOW, UNSTABLE
from studies.disjoint import DISJOINT
from studies.figure import write_figure
from studies.rates import RARER, TOO_OFTEN, Bound, Rate
from studies.real_scores import RealTask
from studies.simulated import SPREAD, STEADY

FIGURE = "statistics/error-rates.svg"
READING = """\
Verdicts rest on few seeds and a finite test set, so chance makes some of them wrong. How many is promised for a
pairing that stands exactly at the limit of a rule; elsewhere they are fewer. One that keeps just 95 % of what the
reference gains over the floor should be *undecided*. Its 95 % interval lies above the limit by chance in 2.5 % of
all cases, and `works` is then wrong; in as many it lies below, and `impaired` is.

Such pairings are drawn again and again and judged by the code that judges runs (`actloss_cli/analysis`). *Holds*
says that the rate that was measured lies within its bound; *rarer*, that there are fewer errors than stated, and so
more pairings without a verdict than need be; **too often**, that the promise is not kept there. Brackets give
Wilson's 95 % interval."""
AT_LIMIT = f"""\
The reference scores 0.9 over a floor of 0.5, or an R² of 0.8. What a seed does to both scores, to the reference's
alone and to the pairing's alone has standard deviations of {STEADY:g}, {STEADY:g} and {SPREAD:g}; the last follows
the law named. The exponential and the log-normal law are skewed, with the long tail below: a seed may do much worse
than the rest. Test rows *none*: the scores are all that varies. Otherwise so many rows are drawn anew in each
repetition, right or wrong in two classes of unequal size, or with squared errors for a regression; what is hard for
one of the two pairings tends to be hard for the other."""
WHY = """\
Why skewed noise is judged wrongly: a few seeds often miss the long tail. Their mean is then too high and their
spread too small, so `works` comes too often and `impaired` too rarely; with the tail above it is the other way
round. More seeds help slowly. Test rows do the same where a few of them carry most of the loss, as the squared
errors of a regression may. Why test rows make errors rarer otherwise: the variance of hundreds of rows is well
known, but the interval allows for it as if it were known from the seeds alone, so with few seeds it is wider than
need be."""
REAL_SCORES = """\
One `actloss run` of [studies/real.yaml](../studies/real.yaml), then seeds drawn from its final trials with
replacement, the same for pairing and reference, and all of the pairing's scores shifted so that over all seeds it
stands at the limit. Test rows *resampled* are drawn likewise, within each class. The scores as they came:"""
FAIL_LIMIT = """\
At a quarter of the reference's gain the interval alone would be wrong in 2.5 %. A second rule adds to that: `fails`
is also said where nine seeds of ten end below a quarter, and at this limit every second one does."""
SLOW_LIMIT = """\
As good as the reference, the median of the ratio of steps exactly 2. A sign test of few seeds is coarse: of five
seeds all five exceed the ratio in 3.1 %, more than the 2.5 % that the rule allows, so five seeds never show that a
pairing is slow."""
UNSTABLE_RATES = """\
A pairing as good as its reference, but that each seed collapses to the floor with the probability named. No limit
is at stake: two collapses make it `unstable`, so the rate is a chance of detection. It is held to the binomial
probability of two collapses or more, give or take one percent."""
OTHER_SEEDS = """\
Two disjoint sets of seeds of the same pairing of the real run, compared as `actloss compare` compares two runs:
Welch's t test at 5 %. Every one that is called different is wrong; 10 of 200 are expected, and at most 16 allowed."""


def write_page(rates: Sequence[Rate], tasks: Sequence[RealTask], session: Mapping[str, Any], folder: Path) -> None:
    """Writes statistics.md, and its figure into statistics/; `session` is what `describe_session` gives."""
    (folder / FIGURE).parent.mkdir(parents=True, exist_ok=True)
    write_figure(rates, folder / FIGURE)
    text = "\n\n".join(_paragraphs(rates, tasks, session))
    (folder / "statistics.md").write_text(text + "\n", encoding="utf-8", newline="\n")


def _paragraphs(rates: Sequence[Rate], tasks: Sequence[RealTask], session: Mapping[str, Any]) -> Iterator[str]:
    def section(name: str) -> list[Rate]:
        return [rate for rate in rates if rate.section == name]

    repetitions = max(rate.repetitions for rate in rates)
    yield "# How often verdicts are wrong"
    yield (
        f"Written by `python -m studies` (`make simulate`), in ten minutes or so on two cores, from {repetitions:,} "
        "repetitions of each case."
    )
    yield _summary(rates)
    yield f"![Rates of wrong verdicts at the limit, with the bound]({FIGURE})"
    yield READING
    yield "## At the limit"
    yield AT_LIMIT
    yield _by_setting(section(LIMIT))
    yield WHY
    yield "## Real scores at the limit"
    yield REAL_SCORES
    yield _scores(tasks)
    yield _by_setting(section(REAL))
    yield "## The limit of `fails`"
    yield FAIL_LIMIT
    yield _by_setting(section(FAILS))
    yield "## The limit of `slow`"
    yield SLOW_LIMIT
    yield _by_setting(section(SLOW))
    yield "## How often `unstable` is found"
    yield UNSTABLE_RATES
    yield _by_setting(section(UNSTABLE))
    yield "## The same pairing on other seeds"
    yield OTHER_SEEDS
    yield _by_setting(section(DISJOINT))
    yield "## Session"
    yield session_table(session)


def _summary(rates: Sequence[Rate]) -> str:
    rarer = sum(rate.outcome == RARER for rate in rates)
    wrong = [rate for rate in rates if rate.outcome == TOO_OFTEN]
    n_held = len(rates) - rarer - len(wrong)
    counts = f"Of {len(rates)} rates {n_held} hold, {rarer} came out rarer than stated, {len(wrong)} too often"
    if not wrong:
        return f"{counts}."
    lines = [
        f"- {plain(rate.setting)}, {rate.n_seeds} seeds: `{rate.event}` in {_share(rate)}, bound {_bound(rate.bound)}"
        for rate in wrong
    ]
    return "\n".join([f"{counts}:", "", *lines])


def _by_setting(rates: Sequence[Rate]) -> str:
    """A row for each setting and number of seeds, two columns for each event."""
    events = list(dict.fromkeys(rate.event for rate in rates))
    found: dict[tuple[str, int], dict[str, Rate]] = {}
    for rate in rates:
        found.setdefault((rate.setting, rate.n_seeds), {})[rate.event] = rate
    rows = [
        (
            plain(setting),
            str(n),
            *(cell for event in events for cell in _cells(of_event[event])),
        )
        for (setting, n), of_event in found.items()
    ]
    return table(("", "seeds", *(cell for event in events for cell in (f"`{event}`", "bound", ""))), rows)


def _cells(rate: Rate) -> tuple[str, str, str]:
    return _share(rate), _bound(rate.bound), f"**{rate.outcome}**" if rate.outcome == TOO_OFTEN else rate.outcome


def _share(rate: Rate) -> str:
    share = rate.share
    return f"{100 * share.mean:.2f} % ({100 * share.low:.2f}-{100 * share.high:.2f})"


def _bound(bound: Bound) -> str:
    high = f"{100 * bound.high:.1f} %"
    return f"{100 * bound.low:.1f}-{high}" if bound.low > 0 else f"≤ {high}"


def _scores(tasks: Sequence[RealTask]) -> str:
    rows = []
    for task in tasks:
        for pairing in (task.reference, *task.others):
            score = pairing.score
            role = "reference" if pairing is task.reference else ""
            numbers = (f"{score.mean():.4f}", f"{score.std(ddof=1):.4f}", f"{stats.skew(score):.2f}")
            rows.append((plain(task.facts.label), plain(pairing.label), role, f"{len(score):,}", *numbers))
    return table(("task", "pairing", "", "seeds", "mean", "standard deviation", "skewness"), rows)


def session_table(session: Mapping[str, Any]) -> str:
    """When, with which code and where: `session` is what `describe_session` gives."""
    libraries = ", ".join(f"{name} {number}" for name, number in session["libraries"].items())
    facts = {
        "date": session["started"],
        "code": f"actloss {session['actloss']}, commit {session['git_commit'] or 'unknown'}",
        "machine": f"{session['processor']}, {session['instruction_set']}, {session['cores']} cores",
        "python": session["python"],
        "libraries": libraries,
    }
    return table(("", ""), [(name, plain(value)) for name, value in facts.items()])
