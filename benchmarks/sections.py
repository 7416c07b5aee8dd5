"""What the page says of each part: how it was measured, and its table."""

from collections.abc import Iterator, Sequence

from actloss_cli.report.markdown import table
from benchmarks.bars import SLOWER, ms_per_trial, slowness
from benchmarks.contenders.names import ACTLOSS, FLOOR, JAX, PLAIN
from benchmarks.measurements.agreement import CLOSE_SHARE, TOLERANCE, Agreement, disagreement
from benchmarks.measurements.contest import Contest
from benchmarks.measurements.jax_sample import JaxChoice, JaxSample
from benchmarks.measurements.loop_floor import LoopFloor
from benchmarks.measurements.main_grid import MainGrid
from benchmarks.measurements.scaling import Scaling
from benchmarks.measurements.shares import Shares
from benchmarks.measurements.sizes import SizeCell
from benchmarks.spread import Spread, ratios

WARM = (
    "Processes of joblib are up, have imported everything and have trained on every task before the clock starts, so "
    "that neither start-up nor loading of data is in their time."
)
PRESENTS = (
    "JAX is told the final trials' learning rates, which a run finds out first, and computes and stores nothing but "
    "the scores."
)


def main_grid(grid: MainGrid) -> Iterator[str]:
    """The whole command against a sample in the plain loop, and one in JAX."""
    run, timed = grid.actloss[-1], grid.plain[-1]
    yield (
        f"`actloss run {grid.config}`, the whole command with start, tuning, finals and store: {grid.n_pairings:,} "
        f"pairings, {run.timed.n_trials:,} trials, {run.timed.model_steps:,} model-steps. The plain loop would take "
        f"hours, so it trained {timed.n_trials:,} of the same trials per repetition, drawn at equal distances over "
        f"tasks and phases and, as far as so many go, over pairings; its time for all is scaled by model-steps. {WARM}"
    )
    n = run.timed.model_steps / 1e6
    ours = [r.timed.us_per_step for r in grid.actloss]
    rows = [(ACTLOSS, *_costs(ours, n), "1")]
    others = {PLAIN: [t.us_per_step for t in grid.plain], JAX: [s.us_per_step for s in grid.jax]}
    for name, theirs in others.items():
        if theirs:
            rows.append((name, *_costs(theirs, n), _times(theirs, ours, grid.agreement, name)))
    yield table(("", "µs per model-step", "minutes in all", "times ours"), rows)
    if grid.jax and grid.jax_choice:
        yield _jax_sample(grid.jax, grid.jax_choice)
    busy = Spread.of([100 * r.busy_s / r.timed.seconds for r in grid.actloss])
    yield f"Workers trained for {busy.text(' %')} of the wall time of the run, summed over them (100 % per worker)."
    yield _agreement(grid.agreement)


def _costs(us_per_step: Sequence[float], millions: float) -> tuple[str, str]:
    """Microseconds per model-step, and minutes of so many million steps."""
    return Spread.of(us_per_step).text(), Spread.of([us * millions / 60 for us in us_per_step]).text()


def _jax_sample(samples: Sequence[JaxSample], choice: JaxChoice) -> str:
    last = samples[-1]
    parts = {
        "the start": Spread.of([s.start_s for s in samples]),
        f"compiling {last.whole_programs} programs": Spread.of([s.compile_s for s in samples]),
        "execution": Spread.of([s.execute_s for s in samples]),
    }
    seconds = ", ".join(f"{spread.text(' s')} {what}" for what, spread in parts.items())
    return (
        f"JAX trained all trials of {last.n_pairings} pairings per repetition ({last.timed.n_trials:,} in the last), "
        "whole groups that differ by their activation alone, drawn at equal distances. Its time for all pairings is "
        f"put together from a start, which is not scaled, compilation scaled by the number of programs, and execution "
        f"scaled by model-steps: {seconds}. {_choice(choice)} {PRESENTS}"
    )


def _choice(choice: JaxChoice) -> str:
    tried = ", ".join(f"{scope} {Spread.of([s]).text(' s')}" for scope, s in choice.seconds.items())
    return (
        f"One compiled program serves {choice.scope} (with one number of output units, in one phase) and chooses the "
        f"functions while it runs: on a trial with {choice.n_pairings} pairings that was fastest for the whole "
        f"({tried})."
    )


def contest(contest: Contest) -> Iterator[str]:
    """Every contender on the common job."""
    run = contest.actloss[-1]
    yield (
        f"`{contest.config}`: {contest.n_pairings} pairings, {run.timed.n_trials:,} trials, "
        f"{run.timed.model_steps:,} model-steps; as many processes for each as there are cores, one thread each. JAX "
        f"and actloss count from the start of the command to its end, start-up and compilation included. {PRESENTS} "
        f"The plain loop and scikit-learn train a sample, scaled by model-steps. {WARM} scikit-learn trains by "
        "`partial_fit`, one call an epoch, since `fit` shuffles in an order of its own and gives no model to validate "
        "before the last epoch. The products are timed stack by stack on all cores at once and summed over the job."
    )
    ours = [r.timed.us_per_step for r in contest.actloss]
    rows = [(ACTLOSS, "all", Spread.of(ours).text(), "1")]
    for name, timed in contest.others.items():
        theirs = [t.us_per_step for t in timed]
        trained = "all" if timed[-1].n_trials == run.timed.n_trials else f"a sample of {timed[-1].n_trials:,}, scaled"
        trained = "no trial" if name == FLOOR else trained
        rows.append((name, trained, Spread.of(theirs).text(), _times(theirs, ours, contest.agreement, name)))
    yield table(("", "trained", "µs per model-step", "times ours"), rows)
    if contest.jax_choice:
        timed = contest.others[JAX]
        compile_s, execute_s, whole_s = (
            Spread.of([getattr(t, part) for t in timed]).text(" s") for part in ("compile_s", "execute_s", "seconds")
        )
        yield (
            f"Of JAX's {whole_s}, each process compiles for {compile_s} and executes for {execute_s}. "
            f"{_choice(contest.jax_choice)}"
        )
    yield _agreement(contest.agreement)


def _times(theirs: Sequence[float], ours: Sequence[float], agreement: list[Agreement], name: str) -> str:
    why_not = disagreement(agreement, name)
    return f"no ratio: {why_not}" if why_not else ratios(theirs, ours).text()


def _agreement(lines: list[Agreement]) -> str:
    rows = [
        (
            line.contender,
            line.task,
            f"{line.n_trials:,}",
            f"{line.ours:.4f}",
            f"{line.theirs:.4f}",
            f"{line.n_close:,} of {line.n_settled:,}",
            "yes" if line.holds else "**no**",
        )
        for line in lines
    ]
    settled = f"settled trials within {TOLERANCE}"
    holds = f"means within {TOLERANCE}, and {100 * CLOSE_SHARE:g} % of the settled"
    lines_table = table(("", "task", "trials", "mean, ours", "mean, theirs", settled, holds), rows)
    return (
        "Do they train the same? Last validation scores of the trials that both trained; *settled* are those at no "
        "higher rate than tuning chose whose own curve is flat over its last third, since rounding alone gives a trial "
        f"that jumps about another score.\n\n{lines_table}"
    )


def loop_floor(rows: list[LoopFloor]) -> Iterator[str]:
    """The loop and its products."""
    yield (
        "One thread, no validation: an epoch of the loop and the same products alone (`torch.bmm` into "
        "buffers), in turn, over stacks of groups drawn at equal distances from the main grid; first as a run "
        "packs them, then of given sizes."
    )
    cells = [
        (
            row.size,
            str(row.n_stacks),
            Spread.of(row.loop_us).text(),
            Spread.of(row.products_us).text(),
            ratios(row.loop_us, row.products_us).text(),
        )
        for row in rows
    ]
    yield table(("trials a stack", "stacks", "loop, µs per model-step", "products", "ratio"), cells)


def shares(parts: list[Shares]) -> Iterator[str]:
    """What a stack's training consists of."""
    yield (
        "Whole trainings of the same groups' stacks, one thread. What follows the steps is validation, metrics, "
        "tests and outcomes."
    )
    rows = []
    for share in parts:
        seconds = list(zip(share.prepare_s, share.train_s, share.rest_s, strict=True))
        percent = [Spread.of([100 * part[k] / sum(part) for part in seconds]) for k in range(3)]
        rows.append((share.phase, str(share.n_stacks), *(p.text(" %") for p in percent)))
    yield table(("phase", "stacks", "preparation", "training steps", "what follows"), rows)


def scaling(scaling: Scaling) -> Iterator[str]:
    """Runs of ever more trials."""
    start = Spread.of([run.timed.seconds for run in scaling.start])
    yield (
        "The whole command on moons with SGD at ever more momentums, so that stacks stay alike and their "
        f"number grows. A run of {scaling.start[0].timed.n_trials} trials takes {start.text(' s')}: that is the "
        "start."
    )
    whole, net = ms_per_trial(scaling), ms_per_trial(scaling, without_start=True)
    rows = [
        (
            f"{count:,}",
            str(len(runs)),
            Spread.of([run.timed.seconds for run in runs]).text(),
            whole[count].text(),
            net[count].text(),
            Spread.of([run.largest_mb for run in runs]).text(),
        )
        for count, runs in scaling.runs.items()
    ]
    yield table(("trials", "runs", "seconds", "ms per trial", "start taken off", "MB of the largest process"), rows)


def sizes(cells: list[SizeCell]) -> Iterator[str]:
    """The size grid."""
    yield (
        "ReLU, cross-entropy and Adam on digits, one thread, whole trainings with validation: the way that "
        "the engine chooses, in stacks as a plan sizes them, against the plain loop. *Times* says how many "
        f"times as fast we are; a cell slower than {SLOWER:g} times the loop is marked."
    )
    rows = []
    for cell in cells:
        speed, slow = ratios(cell.plain_us, cell.actloss_us), slowness(cell).median > SLOWER
        shape = (str(cell.hidden), str(cell.depth), str(cell.batch_size), str(cell.n_trials))
        costs = (Spread.of(cell.actloss_us).text(), Spread.of(cell.plain_us).text(), speed.text())
        rows.append((*shape, *costs, "**slower**" if slow else ""))
    heading = ("hidden", "layers", "minibatch", "trials a stack", "ours, µs per model-step", "plain loop", "times", "")
    yield table(heading, rows)
