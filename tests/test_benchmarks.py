"""The benchmark's pieces on a job of seconds; JAX itself lives in another environment, so only its input is here."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, r2_score

from actloss_cli.catalogue.choice import Choice
from actloss_cli.datasets import load, split
from actloss_cli.store.reader import read_run
from benchmarks.bars import bars_of
from benchmarks.contenders.actloss_command import CommandRun
from benchmarks.contenders.jax_input import arrays_of, write_groups
from benchmarks.contenders.names import JAX, PLAIN
from benchmarks.contenders.plain_loop import train_plain
from benchmarks.contenders.pool import time_trials
from benchmarks.contenders.products import StackShape, floor_seconds, stack_shapes, time_products
from benchmarks.contenders.scores import balanced_accuracy, r2
from benchmarks.contenders.sklearn_mlp import can_train, train_sklearn
from benchmarks.contenders.timed import Timed
from benchmarks.jobs import Job, Work, job_of
from benchmarks.machine import describe_machine
from benchmarks.measured import Measured, read_measured, write_measured
from benchmarks.measurements.agreement import compare_scores
from benchmarks.measurements.contest import Contest
from benchmarks.measurements.loop_floor import PACKED, LoopFloor, measure_loop_floor
from benchmarks.measurements.main_grid import measure_main_grid
from benchmarks.measurements.scaling import Scaling
from benchmarks.measurements.shares import measure_shares
from benchmarks.measurements.sizes import SizeCell, measure_sizes
from benchmarks.measurements.stack_sample import sample_groups, sized_stack
from benchmarks.page import write_page
from benchmarks.spread import Spread, ratios
from tests.tiny_grid import write_tiny

ROOT = Path(__file__).resolve().parent.parent
SMALL = """\
name: small
tasks:
  - {kind: multiclass, dataset: digits}
  - {kind: binary, dataset: moons}
  - {kind: regression, dataset: friedman1}
activation: [tanh]
output: {multiclass: identity, binary: sigmoid, regression: identity}
loss: {multiclass: cross_entropy, binary: bce, regression: mse}
optimizer: [adam, {name: sgd, momentum: 0.9}]
lr: [0.01]
seeds: {tune: 1, final: 2}
model: {hidden: [8]}
training: {epochs: 2, batch_size: 64}
"""


@pytest.fixture
def tiny(tiny_run: Path, tmp_path: Path) -> Job:
    return job_of(Work(str(write_tiny(tmp_path))).plan(), tiny_run)


@pytest.fixture
def small(tmp_path: Path) -> Work:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return Work(str(path))


def small_trials(work: Work):
    return [trial for planned in work.plan().pairings for trial in planned.ask({}).trials]


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


def test_a_jobs_stacks_hold_all_its_trials_and_their_products_all_its_steps(tiny: Job):
    assert sorted(t.id for stack, _ in tiny.stacks() for t in stack.trials) == sorted(t.id for t in tiny.trials)
    assert sum(shape.T * n for shape, n in stack_shapes(tiny).items()) == tiny.model_steps


def test_more_trials_take_longer_to_multiply():
    one, four = (min(time_products(StackShape(T, (20, 32, 4), 64), 50) for _ in range(3)) for T in (64, 256))
    assert 0 < one < four


def test_scores_in_numpy_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    y, said = rng.integers(0, 4, (2, 50))
    assert balanced_accuracy(said, y) == pytest.approx(balanced_accuracy_score(y, said), abs=1e-12)
    target, predicted = rng.normal(size=(2, 50))
    assert r2(predicted, target) == pytest.approx(r2_score(target, predicted), abs=1e-12)


def test_scikit_learn_trains_a_trial_to_the_score_of_the_plain_loop(small: Work):
    for trial in small_trials(small):
        assert can_train(trial)
        assert train_sklearn(trial) == pytest.approx(train_plain(trial), abs=0.01), trial


def test_what_scikit_learn_does_not_have_is_not_asked_of_it(small: Work):
    trial = small_trials(small)[0]
    gelu = replace(trial, pairing=replace(trial.pairing, activation=Choice.of("gelu")))
    rmsprop = replace(trial, pairing=replace(trial.pairing, optimizer=Choice.of("rmsprop")))
    assert not can_train(gelu)
    assert not can_train(rmsprop)


def test_a_contender_in_a_pool_gives_time_and_scores_that_agree_with_the_run(tiny: Job):
    trials = tiny.sample(12, 0)
    trained = time_trials(train_plain, trials, 1, tiny.steps_of(trials))
    assert trained.timed.n_trials == len(trained.scores) == 12
    assert 10 < trained.timed.us_per_step < 1e5
    lines = compare_scores(tiny, PLAIN, trained.scores)
    assert [line.task for line in lines] == list(tiny.plan.tasks)
    assert all(line.holds for line in lines)


def test_scores_that_differ_do_not_agree(tiny: Job):
    wrong = {trial.id: math.nan if k % 2 else 1.0 for k, trial in enumerate(tiny.trials)}
    assert not any(line.holds for line in compare_scores(tiny, PLAIN, wrong))


def test_the_floor_of_a_job_is_some_microseconds_a_step(tiny: Job):
    assert 0.1 < floor_seconds(tiny, 1, n_steps=3) / tiny.model_steps * 1e6 < 100


def test_minibatches_for_jax_visit_every_row_once_an_epoch(small: Work):
    trials = [trial for trial in small_trials(small) if trial.task.kind == "multiclass"]
    arrays = arrays_of(trials)
    rows, weights = arrays["rows"][0], arrays["weights"]
    n = len(arrays["X_train"][0])
    for epoch in rows:
        assert sorted(epoch[weights > 0]) == list(range(n))
    np.testing.assert_allclose(weights.sum(1), 1, rtol=1e-6)
    assert rows.shape == (2, -(-n // 64), 64)


def test_rows_for_jax_are_those_of_the_split(small: Work):
    trials = [trial for trial in small_trials(small) if trial.task.kind == "multiclass"]
    task = trials[0].task
    rows = split(load(task.dataset, task.kind), "tune", 0)
    arrays = arrays_of(trials)
    np.testing.assert_allclose(arrays["X_validation"][0], rows.X_validation, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(arrays["y_train"][0].argmax(1), rows.y_train)
    assert "X_test" not in arrays


def test_every_trial_is_in_one_share_for_jax_and_shares_are_even(small: Work, tmp_path: Path):
    trials = small_trials(small)
    write_groups(trials, tmp_path, 2)
    shares = [json.loads((tmp_path / f"share-{k}.json").read_text()) for k in range(2)]
    ids = [one for share in shares for group in share for of_seed in group["trials"] for one in of_seed]
    assert sorted(ids) == sorted(trial.id for trial in trials)
    assert sum(group["cost"] for group in shares[0]) == sum(group["cost"] for group in shares[1])
    assert all((tmp_path / group["data"]).is_file() for share in shares for group in share)


def test_a_stack_of_a_given_size_has_distinct_trials_sorted_by_activation(tiny: Job):
    for group in sample_groups(tiny.plan, 3):
        stack = sized_stack(group, 32)
        labels = [trial.pairing.activation.label for trial in stack.trials]
        assert len({trial.id for trial in stack.trials}) == 32
        assert labels == sorted(labels)


def test_the_loop_takes_longer_than_its_products(tmp_path: Path):
    work = Work(str(write_tiny(tmp_path)))
    packed, sized = measure_loop_floor(work, 2, (16,), 2)
    assert (packed.size, sized.size, sized.n_stacks) == (PACKED, "16", 2)
    assert all(loop > products > 0 for loop, products in zip(packed.loop_us, packed.products_us, strict=True))


def test_shares_of_a_stacks_time_are_all_positive(tmp_path: Path):
    for share in measure_shares(Work(str(write_tiny(tmp_path))), 2, 1):
        assert min(*share.prepare_s, *share.train_s, *share.rest_s) > 0


def test_a_cell_of_the_size_grid_is_measured_both_ways(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    (cell,) = measure_sizes((128,), (4,), (512,), 1, 0.01)
    assert (cell.hidden, cell.depth, cell.batch_size) == (128, 4, 512)
    assert min(cell.actloss_us + cell.plain_us) > 10


def test_the_whole_command_is_measured_against_the_plain_loop(small: Work):
    grid = measure_main_grid(small, 1, 4, 1)
    (run,), (plain,) = grid.actloss, grid.plain
    assert (run.n_trials, plain.n_trials) == (18, 4)
    assert 0 < run.busy_s < run.seconds
    assert grid.again_s[0] < run.seconds
    assert 100 < run.largest_mb < 4000
    assert all(line.holds for line in grid.agreement)


def made_up() -> Measured:
    def run(seconds: float, n: int) -> CommandRun:
        return CommandRun(seconds, n, 1_000_000, seconds, 500)

    return Measured(
        describe_machine(2, None),
        contest=Contest("job.yaml", 18, [run(10, 5040)] * 2, {JAX: [Timed(25, 5040, 1_000_000, 5)] * 2}, []),
        loop_floor=[LoopFloor(PACKED, 3, [8.0, 8.0], [2.0, 4.0])],
        scaling=Scaling([run(4, 3)], {1000: [run(10, 1000)], 10_000: [run(64, 10_000)]}),
        sizes=[SizeCell(8, 1, 64, 256, [10.0], [300.0]), SizeCell(512, 4, 64, 2, [330.0], [300.0])],
    )


def test_bars_are_met_or_not_by_their_medians():
    bars = [(bar.measured.median, bar.is_met, bar.is_aim_met) for bar in bars_of(made_up())]
    expected = [
        (2.5, True, False),
        (3.0, True, False),
        (10 / 6.4, False, False),
        (1.0, True, False),
        (1.1, False, False),
    ]
    assert [flags for _, *flags in bars] == [flags for _, *flags in expected]
    np.testing.assert_allclose([median for median, *_ in bars], [median for median, *_ in expected])


def test_the_page_is_written_from_the_raw_numbers_alone(tmp_path: Path):
    raw = tmp_path / "measured.json"
    write_measured(made_up(), raw)
    assert read_measured(raw) == made_up_with_the_date_of(raw)
    write_page(read_measured(raw), tmp_path)
    page = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert "| 512 | 4 | 64 | 2 | 330 | 300 | 0.909 | **slower** |" in page
    assert page.count("**not met**") == 2
    assert (tmp_path / "performance" / "contenders.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert str(ROOT) not in page


def made_up_with_the_date_of(raw: Path) -> Measured:
    return replace(made_up(), machine=read_measured(raw).machine)
