"""What the benchmark measures, on a job of seconds and with clocks that tests set."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from actloss_cli.plan.trial import Trial
from actloss_cli.store.reader import read_run
from benchmarks.contenders.actloss_command import CommandRun
from benchmarks.contenders.jax_programs import SCOPES, can_train, count_programs
from benchmarks.contenders.names import JAX, PLAIN
from benchmarks.contenders.timed import Timed, Trained
from benchmarks.jobs import Job, Work, job_of
from benchmarks.measurements import jax_sample, loop_floor, main_grid, scaling, shares, sizes
from benchmarks.measurements.agreement import compare_scores, disagreement, is_flat_at_end
from benchmarks.measurements.jax_sample import choose_scope, measure_jax
from benchmarks.measurements.loop_floor import PACKED, measure_loop_floor
from benchmarks.measurements.main_grid import measure_main_grid
from benchmarks.measurements.scaling import measure_scaling
from benchmarks.measurements.shares import measure_shares
from benchmarks.measurements.sizes import measure_sizes
from benchmarks.measurements.stack_sample import packed_stacks, sample_groups, sized_stack
from benchmarks.spread import Spread, ratios
from tests.tiny_grid import write_tiny

ROOT = Path(__file__).resolve().parent.parent


def made_run(seconds: float, n: int) -> CommandRun:
    return CommandRun(Timed(seconds, n, 1_000_000), seconds, 500)


class Clock:
    """Stands for the module `time`; stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tiny(tiny_run: Path, tmp_path: Path) -> Job:
    return job_of(Work(str(write_tiny(tmp_path))).plan(), tiny_run)


@pytest.fixture
def tiny_work(tmp_path: Path) -> Work:
    return Work(str(write_tiny(tmp_path)))


def test_a_spread_is_the_median_and_the_quartiles_of_numpy():
    values = [3.0, 1.0, 10.0, 2.0]
    assert Spread.of(values) == Spread(np.median(values), *np.percentile(values, (25, 75)), 4)


def test_ratios_are_taken_within_each_repetition():
    assert ratios([10.0, 40.0], [1.0, 4.0]) == Spread(10, 10, 10, 2)


def test_a_job_holds_the_trials_that_its_run_stored(tiny: Job, tiny_run: Path):
    run = read_run(tiny_run)
    assert {trial.id for trial in tiny.trials} == set(run.trials.index)
    steps = run.tasks.loc[run.pairings.loc[run.trials["pairing_id"], "task"]]
    assert tiny.model_steps == (steps["epochs"] * steps["steps_per_epoch"]).sum()


def test_a_jobs_curves_end_at_the_stored_score_or_in_nan_where_a_trial_diverged(tiny: Job, tiny_run: Path):
    stored = read_run(tiny_run).trials
    expected = stored["validation_score"].where(stored["status"] == "done")
    for trial, score in expected.items():
        assert len(tiny.curves[trial]) == 4
        assert tiny.curves[trial][-1] == pytest.approx(score, rel=1e-6, nan_ok=True)


def test_a_job_of_another_config_than_the_run_is_refused(tiny_run: Path, tmp_path: Path):
    other = Work(str(write_tiny(tmp_path)), ("model.hidden=[9]",))
    with pytest.raises(ValueError, match="is not a run of this plan"):
        job_of(other.plan(), tiny_run)


@pytest.mark.parametrize("seed", range(5))
def test_a_sample_has_every_task_and_phase_in_its_proportion(tiny: Job, seed: int):
    n = len(tiny.trials) // 4
    sample = tiny.sample(n, seed)
    assert len({trial.id for trial in sample}) == n
    for stratum in {(t.task.label, t.phase) for t in tiny.trials}:
        share, whole = (sum((t.task.label, t.phase) == stratum for t in ts) for ts in (sample, tiny.trials))
        assert abs(share - whole / 4) <= 1


def test_a_jobs_stacks_hold_all_its_trials(tiny: Job):
    assert sorted(t.id for stack, _ in tiny.stacks() for t in stack.trials) == sorted(t.id for t in tiny.trials)


# Agreement


def test_scores_that_are_ours_agree_on_every_task(tiny: Job):
    lines = compare_scores(tiny, PLAIN, {trial.id: float(tiny.curves[trial.id][-1]) for trial in tiny.trials})
    assert [line.task for line in lines] == list(tiny.plan.tasks)
    assert all(line.holds and line.n_close == line.n_settled > 0 for line in lines)
    assert disagreement(lines, PLAIN) == ""


def test_scores_that_differ_do_not_agree(tiny: Job):
    wrong = {trial.id: math.nan if k % 2 else 1.0 for k, trial in enumerate(tiny.trials)}
    lines = compare_scores(tiny, PLAIN, wrong)
    assert not any(line.holds for line in lines)
    assert disagreement(lines, PLAIN) == f"its scores disagree on {', '.join(tiny.plan.tasks)}"
    assert disagreement(lines, JAX) == ""


def settled_trials(job: Job, task: str) -> list[Trial]:
    """By the definition: at no higher rate than the finals', and flat."""
    return [
        t
        for t in job.trials
        if t.task.label == task
        and t.lr <= max(f.lr for f in job.trials if (f.task, f.pairing, f.phase) == (t.task, t.pairing, "final"))
        and is_flat_at_end(job.curves[t.id], job.plan.tasks[task].floor)
    ]


def test_settled_scores_that_differ_one_by_one_do_not_agree_even_if_their_means_do(tiny: Job):
    scores = {trial.id: float(tiny.curves[trial.id][-1]) for trial in tiny.trials}
    settled = settled_trials(tiny, "moons")
    off = [t for t in settled if 0.6 < scores[t.id] < 0.9]
    off = off[: len(off) // 2 * 2]
    assert len(off) > 0.1 * len(settled)
    for k, trial in enumerate(off):
        scores[trial.id] += 0.1 if k % 2 else -0.1
    (line,) = (line for line in compare_scores(tiny, PLAIN, scores) if line.task == "moons")
    assert abs(line.ours - line.theirs) < 1e-6
    assert (line.n_settled, line.n_close) == (len(settled), len(settled) - len(off))
    assert not line.holds


def test_trials_at_rates_that_tuning_found_too_high_need_not_agree_one_by_one(tiny: Job):
    scores = {trial.id: float(tiny.curves[trial.id][-1]) for trial in tiny.trials}
    settled = {trial.id for task in tiny.plan.tasks for trial in settled_trials(tiny, task)}
    off = [t for t in tiny.trials if t.id not in settled and 0.6 < scores[t.id] < 0.9]
    off = off[: len(off) // 2 * 2]
    assert off
    for k, trial in enumerate(off):
        scores[trial.id] += 0.1 if k % 2 else -0.1
    assert all(line.n_close == line.n_settled for line in compare_scores(tiny, PLAIN, scores))


@pytest.mark.parametrize(
    ("curve", "flat"),
    [
        ([0.1, 0.9, 0.9, 0.91, 0.9, 0.9], True),
        ([0.1, 0.9, 0.9, 0.91, 0.9, 0.8], False),
        ([0.1, 0.9, 0.9, 0.5, 0.9, 0.9], True),
        ([0.9, 0.9, 0.9, 0.9, 0.9, math.nan], False),
        ([0.1, -3.0, -2.0, -5.0, -9.0, -7.0], True),
        ([0.4], True),
    ],
)
def test_a_curve_is_flat_by_its_last_third_above_the_floor(curve: list[float], flat: bool):
    assert is_flat_at_end(np.array(curve, np.float32), 0.0) is flat


# JAX on a part of a job


@pytest.fixture
def told_jax(monkeypatch: pytest.MonkeyPatch, tiny: Job) -> list[tuple[str, int]]:
    """A JAX that takes 2 s to start, a second to compile a program and a microsecond a model-step; notes its trials."""
    asked: list[tuple[str, int]] = []

    def time_jax(python, trials, whole, scope, n_workers, model_steps) -> Trained:
        assert {trial.id for trial in whole} in (set(), {t.id for t in tiny.trials if can_train(t)})
        asked.append((scope, len(trials)))
        compile_s, execute_s = float(count_programs(trials, scope)), model_steps * 1e-6
        timed = Timed(2 + compile_s + execute_s, len(trials), model_steps, compile_s, execute_s)
        return Trained(timed, {trial.id: float(tiny.curves[trial.id][-1]) for trial in trials})

    monkeypatch.setattr(jax_sample, "time_jax", time_jax)
    return asked


def test_a_jax_sample_is_scaled_by_programs_and_steps_but_not_by_its_start(told_jax: list[tuple[str, int]], tiny: Job):
    sample, scores = measure_jax("python", tiny, "a pairing", 5, 0, 2)
    assert told_jax == [("a pairing", 0), ("a pairing", sample.timed.n_trials)]
    assert len(scores) == sample.timed.n_trials < len(tiny.trials)
    n_programs = len({(t.task.label, t.pairing, t.phase) for t in tiny.trials})
    assert sample.seconds == pytest.approx(2 + n_programs + tiny.model_steps * 1e-6)
    assert sample.us_per_step == pytest.approx(sample.seconds / tiny.model_steps * 1e6)


@pytest.mark.parametrize("seed", range(3))
def test_a_jax_sample_is_of_whole_groups(told_jax: list[tuple[str, int]], tiny: Job, seed: int):
    chosen = jax_sample.sample_groups(list(tiny.trials), 5, seed)
    keys = {(t.task.label, t.pairing.output, t.pairing.loss, t.pairing.optimizer) for t in chosen}
    whole = [t for t in tiny.trials if (t.task.label, t.pairing.output, t.pairing.loss, t.pairing.optimizer) in keys]
    assert len(keys) == 5
    assert {t.id for t in chosen} == {t.id for t in whole}


def test_jax_gets_the_scope_that_is_fastest_for_the_whole(told_jax: list[tuple[str, int]], tiny: Job):
    choice = choose_scope("python", tiny, 2, 2)
    assert [scope for scope, n in told_jax if n] == list(SCOPES)
    # two tasks in two phases, all with one output unit
    assert choice.seconds["a task"] == pytest.approx(2 + 4 + tiny.model_steps * 1e-6)
    assert choice.scope == "a task"


# Measurements


def test_a_stack_of_a_given_size_has_distinct_trials_sorted_by_activation(tiny: Job):
    for group in sample_groups(tiny.plan, 3):
        stack = sized_stack(group, 32)
        labels = [trial.pairing.activation.label for trial in stack.trials]
        assert len({trial.id for trial in stack.trials}) == 32
        assert labels == sorted(labels)


def test_groups_that_train_in_no_stack_are_not_sampled(tmp_path: Path):
    plan = Work(str(write_tiny(tmp_path)), ("optimizer=[sgd, lbfgs]",)).plan()
    groups = sample_groups(plan, 100)
    assert {group.key[3].name for group in groups} == {"sgd"}
    assert all(stack.way == "stack" for group in groups for stack in [*packed_stacks(group), sized_stack(group, 8)])


def test_the_loop_and_its_products_are_timed_apart(tiny_work: Work, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    """An epoch of the loop takes a second per trial, the first ten times that; a step of products 10 ms per trial."""

    class Training:
        steps_per_epoch = 5

        def __init__(self, trials, dataset) -> None:
            self.T = len(trials)

        def train_epoch(self, epoch: int) -> None:
            clock.now += self.T * (1 if epoch else 10)

    def products_step(shape):
        def step() -> None:
            clock.now += shape.T * 0.01

        return step

    monkeypatch.setattr(loop_floor, "time", clock)
    monkeypatch.setattr(loop_floor, "StackedTraining", Training)
    monkeypatch.setattr(loop_floor, "products_step", products_step)
    packed, sized = measure_loop_floor(tiny_work, 2, (16,), 2)
    assert (packed.size, packed.n_stacks, sized.size, sized.n_stacks) == (PACKED, 4, "16", 2)
    for row in (packed, sized):
        np.testing.assert_allclose(row.loop_us, [1e6 / 5] * 2)
        np.testing.assert_allclose(row.products_us, [1e4] * 2)


def test_a_stacks_time_has_three_shares(tiny_work: Work, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    """Preparation takes 3 s, each of 4 epochs 2 s, what follows an epoch 0.5 s."""

    def init(self, trials, dataset) -> None:
        clock.now += 3

    def train_epoch(self, epoch, max_steps=None) -> None:
        clock.now += 2

    def run(self) -> None:
        for epoch in range(4):
            self.train_epoch(epoch)
            clock.now += 0.5

    monkeypatch.setattr(shares, "time", clock)
    for name, function in (("__init__", init), ("train_epoch", train_epoch), ("run", run)):
        monkeypatch.setattr(shares.StackedTraining, name, function)
    tune, final = measure_shares(tiny_work, 2, 2)
    assert (tune.phase, final.phase, tune.n_stacks, final.n_stacks) == ("tune", "final", 2, 2)
    for share in (tune, final):
        assert (share.prepare_s, share.train_s, share.rest_s) == ([6, 6], [16, 16], [4, 4])


def test_a_cell_of_the_size_grid_is_measured_both_ways(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    """A training takes a second per epoch in the plain loop; a stack takes 10 ms per trial and epoch."""
    monkeypatch.chdir(ROOT)

    class Plain:
        def __init__(self, trial, dataset) -> None:
            self.epochs = trial.task.training.epochs

        def run(self) -> None:
            clock.now += self.epochs

    def train_stack(stack, dataset, device) -> None:
        clock.now += 0.01 * len(stack.trials) * stack.trials[0].task.training.epochs

    monkeypatch.setattr(sizes, "time", clock)
    monkeypatch.setattr(sizes, "PlainTraining", Plain)
    monkeypatch.setattr(sizes, "train_stack", train_stack)
    (cell,) = measure_sizes((128,), (4,), (512,), 2, 5.0)
    assert (cell.hidden, cell.depth, cell.batch_size) == (128, 4, 512)
    n_train = 1797 * 9 // 16  # digits: a quarter for the test, a quarter of the rest for validation
    steps_per_epoch = math.ceil(n_train / 512)
    np.testing.assert_allclose(cell.plain_us, [1e6 / steps_per_epoch] * 2)
    np.testing.assert_allclose(cell.actloss_us, [1e4 / steps_per_epoch] * 2)


def test_the_whole_command_is_measured_against_the_plain_loop_and_jax(
    tiny_work: Work, monkeypatch: pytest.MonkeyPatch, told_jax: list[tuple[str, int]]
):
    grid = measure_main_grid(tiny_work, 1, 6, 3, 1, "python")
    (run,), (plain,), (jax,) = grid.actloss, grid.plain, grid.jax
    assert plain.n_trials == 6
    assert 0 < run.busy_s < run.timed.seconds
    assert 100 < run.largest_mb < 4000
    assert jax.whole_steps == run.timed.model_steps
    assert jax.timed.n_trials == sum(line.n_trials for line in grid.agreement if line.contender == JAX)
    assert grid.jax_choice is not None
    assert {line.contender: line.holds for line in grid.agreement if line.contender == JAX} == {JAX: True}


def test_without_jax_the_main_grid_has_none(tiny_work: Work, tiny_run: Path, monkeypatch: pytest.MonkeyPatch):
    class Finished:
        def __enter__(self):
            return made_run(10, 100), tiny_run

        def __exit__(self, *_) -> None:
            pass

    monkeypatch.setattr(main_grid, "finished_run", lambda work, n_workers: Finished())
    monkeypatch.setattr(main_grid, "run_command", lambda work, n_workers, results: SimpleNamespace(seconds=0.5))
    grid = measure_main_grid(tiny_work, 1, 2, 3, 1, None)
    assert (grid.jax, grid.jax_choice, grid.again_s) == ([], None, [0.5])
    assert {line.contender for line in grid.agreement} == {PLAIN}


def test_a_run_of_the_scaling_with_another_number_of_trials_is_refused(monkeypatch: pytest.MonkeyPatch):
    class Finished:
        def __init__(self, work, n_workers) -> None:
            self.n_trials = len(Work(work.config).plan().pairings) * 25  # of 200 trials, one pairing less

        def __enter__(self):
            return made_run(1, 3 if self.n_trials == 25 else self.n_trials - 25), Path()

        def __exit__(self, *_) -> None:
            pass

    monkeypatch.setattr(scaling, "finished_run", Finished)
    with pytest.raises(RuntimeError, match="175 trials instead of 200"):
        measure_scaling((200,), 1, 1000, 1)
