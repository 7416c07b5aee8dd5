"""What trains a trial besides the engine, and what times it; JAX has a file of its own."""

import os
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, r2_score

from actloss_cli.catalogue import Choice
from actloss_cli.datasets import load, split
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.store.reader import read_run
from benchmarks.contenders import pool, products, sklearn_mlp
from benchmarks.contenders.actloss_command import check_complete, launch
from benchmarks.contenders.jax_arrays import arrays_of
from benchmarks.contenders.plain_loop import train_plain
from benchmarks.contenders.pool import time_trials
from benchmarks.contenders.products import StackShape, floor_seconds, products_step, stack_shapes
from benchmarks.contenders.scores import balanced_accuracy, r2
from benchmarks.contenders.sklearn_mlp import can_train, train_sklearn
from benchmarks.jobs import Job, Work, job_of
from benchmarks.measurements.agreement import compare_scores
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


# The command


def test_the_memory_of_a_command_is_its_own_whatever_its_caller_holds():
    held = np.ones(60_000_000)  # 480 MB
    small, large = (launch([sys.executable, "-S", "-c", f"bytearray(b'1') * {n}"]) for n in (1, 200_000_000))
    assert small.largest_mb < 100
    assert 190 < large.largest_mb < 300
    assert held.sum() == len(held)


def test_the_memory_of_a_command_is_that_of_its_largest_process():
    child = "bytearray(b'1') * 200_000_000"
    found = launch([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"])
    assert 190 < found.largest_mb < 300


def test_a_command_that_fails_says_what_it_said():
    with pytest.raises(RuntimeError, match=r"(?s)exit\('no such luck'\) failed:\nno such luck"):
        launch([sys.executable, "-c", "import sys; print('chatter'); sys.exit('no such luck')"])


def test_a_run_with_diverged_trials_is_complete(tiny_run: Path):
    run = read_run(tiny_run)
    trials = run.trials.assign(status=["diverged", *["done"] * (len(run.trials) - 1)])
    check_complete(replace(run, trials=trials))


def test_a_run_with_crashed_or_missing_trials_is_refused(tiny_run: Path):
    run = read_run(tiny_run)
    n = len(run.trials)
    trials = run.trials.assign(status=["crashed", "crashed", "timeout", *["done"] * (n - 3)])
    with pytest.raises(RuntimeError, match=f"^tiny: of {n} trials 2 crashed, 1 timeout$"):
        check_complete(replace(run, trials=trials))
    with pytest.raises(RuntimeError, match=f"^tiny: of {n + 4} trials 4 missing$"):
        check_complete(replace(run, n_missing=4))


# Pools of workers


class Clock:
    """Stands for the module `time`: a second passes from each look to the next."""

    now = 0.0

    def perf_counter(self) -> float:
        self.now += 1
        return self.now

    monotonic = perf_counter


def test_a_pool_is_timed_over_its_trials_but_not_over_its_start(tiny: Job, monkeypatch: pytest.MonkeyPatch):
    trained = []
    clock = Clock()
    monkeypatch.setattr(pool, "time", clock)

    def train(trial) -> float:
        trained.append(trial)
        clock.now += 1000 if len(trained) <= len(tiny.plan.tasks) else 10
        return 0.5

    trials = tiny.sample(12, 0)
    found = time_trials(train, trials, 1, tiny.steps_of(trials))
    assert [t.task.label for t in trained[:2]] == list(tiny.plan.tasks)
    assert trained[2:] == trials
    assert (found.timed.seconds, found.timed.n_trials) == (12 * 10 + 1, 12)
    assert found.timed.us_per_step == pytest.approx(121 / tiny.steps_of(trials) * 1e6)
    assert found.scores == dict.fromkeys((t.id for t in trials), 0.5)


def note_training(trial) -> float:
    """Notes the worker in a file; the folder is in the environment, which workers inherit."""
    with (Path(os.environ["NOTED"]) / str(os.getpid())).open("a") as file:
        file.write(trial.task.label + "\n")
    return 0.0


def test_each_worker_of_a_pool_has_trained_on_every_task_before_the_clock_starts(
    tiny: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    noted = tmp_path / "noted"
    noted.mkdir()
    monkeypatch.setenv("NOTED", str(noted))
    trials = tiny.sample(8, 0)
    time_trials(note_training, trials, 2, 1)
    by_worker = [file.read_text().split() for file in noted.iterdir()]
    assert len(by_worker) == 2
    assert all(labels[:2] == list(tiny.plan.tasks) for labels in by_worker)
    assert sum(map(len, by_worker)) == 2 * 2 + 8


def test_the_plain_loop_in_a_pool_gives_the_scores_of_the_run(tiny: Job):
    trials = [trial for trial in tiny.trials if trial.phase == "final"]
    trained = time_trials(train_plain, trials, 1, tiny.steps_of(trials))
    lines = compare_scores(tiny, "plain", trained.scores)
    assert [line.task for line in lines] == list(tiny.plan.tasks)
    assert all(line.holds for line in lines)


# The matrix products


def test_a_step_multiplies_forward_for_the_weights_and_for_all_below_but_the_inputs(monkeypatch: pytest.MonkeyPatch):
    done = []

    def bmm(a, b, out) -> None:
        done.append((tuple(a.shape), tuple(b.shape), tuple(out.shape)))

    monkeypatch.setattr(products.torch, "bmm", bmm)
    products_step(StackShape(3, (20, 32, 4), 64))()
    assert done == [
        ((3, 32, 20), (3, 20, 64), (3, 32, 64)),
        ((3, 4, 32), (3, 32, 64), (3, 4, 64)),
        ((3, 4, 64), (3, 64, 32), (3, 4, 32)),
        ((3, 32, 4), (3, 4, 64), (3, 32, 64)),
        ((3, 32, 64), (3, 64, 20), (3, 32, 20)),
    ]


def test_a_steps_time_is_the_mean_after_warming_up(monkeypatch: pytest.MonkeyPatch):
    clock = Clock()
    steps = []

    def step() -> None:
        steps.append(1)
        clock.now += 7

    monkeypatch.setattr(products, "time", clock)
    monkeypatch.setattr(products, "products_step", lambda shape: step)
    assert products.time_products(StackShape(3, (20, 32, 4), 64), 50) == (7 * 50 + 1) / 50
    assert len(steps) == 50 + products.WARM_UP_STEPS


def test_the_shapes_of_a_jobs_stacks_have_all_its_steps(tiny: Job):
    shapes = stack_shapes(tiny)
    assert sum(shape.T * n for shape, n in shapes.items()) == tiny.model_steps
    assert {(shape.widths, shape.B) for shape in shapes} == {((10, 8, 1), 64), ((2, 8, 1), 64)}


def test_the_floor_of_a_job_is_the_time_of_all_its_steps(tiny: Job, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(products, "time_products", lambda shape, n_steps: shape.T * 1e-6)
    assert floor_seconds(tiny, 1) == pytest.approx(tiny.model_steps * 1e-6)


# scikit-learn


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


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_a_trial_that_scikit_learn_finds_not_finite_has_no_score(small: Work):
    (trial, *_) = (t for t in small_trials(small) if t.task.kind == "regression" and t.pairing.optimizer.name == "sgd")
    assert np.isnan(train_sklearn(replace(trial, lr=1e30)))


def test_any_other_error_of_scikit_learn_is_an_error(small: Work, monkeypatch: pytest.MonkeyPatch):
    def partial_fit(self, *_, **__) -> None:
        raise ValueError("Input X contains NaN.")

    monkeypatch.setattr(sklearn_mlp._StartedClassifier, "partial_fit", partial_fit)
    with pytest.raises(ValueError, match="contains NaN"):
        train_sklearn(small_trials(small)[0])


def test_scikit_learns_threads_are_limited_once_a_process(small: Work, monkeypatch: pytest.MonkeyPatch):
    limited = []
    monkeypatch.setattr(sklearn_mlp, "threadpool_limits", limited.append)
    sklearn_mlp._single_thread.cache_clear()
    for trial in small_trials(small)[:3]:
        train_sklearn(trial)
    assert limited == [1]
    sklearn_mlp._single_thread.cache_clear()


# What JAX gets


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
    np.testing.assert_array_equal(arrays["y_train"][0], rows.y_train)
    assert "X_test" not in arrays


def test_row_weights_for_jax_make_a_balanced_accuracy(small: Work):
    trials = [trial for trial in small_trials(small) if trial.task.kind == "multiclass"]
    arrays = arrays_of(trials)
    y, weights = arrays["y_validation"][0], arrays["w_validation"][0]
    said = np.random.default_rng(0).integers(0, 10, len(y))
    assert weights @ (said == y) == pytest.approx(balanced_accuracy_score(y, said), abs=1e-6)


def test_models_for_jax_start_where_the_plain_loop_starts(small: Work):
    trials = [trial for trial in small_trials(small) if trial.task.kind == "binary"]
    arrays = arrays_of(trials)
    assert [arrays[name].shape for name in ("W0", "b0", "W1", "b1")] == [(1, 8, 2), (1, 8), (1, 1, 8), (1, 1)]
    task = trials[0].task
    model = PlainTraining(trials[0], load(task.dataset, task.kind)).model
    for name, parameter in zip(("W0", "b0", "W1", "b1"), model.parameters(), strict=True):
        np.testing.assert_array_equal(arrays[name][0], parameter.detach().numpy())


# What is shipped


def test_the_source_distribution_carries_the_benchmarks_but_no_environment(tmp_path: Path):
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path, ROOT]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    here = {p.relative_to(ROOT).as_posix() for p in (ROOT / "benchmarks").rglob("*") if p.is_file()}
    wanted = {name for name in here if ".venv" not in name and "__pycache__" not in name}
    assert {name for name in names if name.startswith("benchmarks/")} == wanted
