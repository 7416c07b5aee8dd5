"""The JAX contender against the plain loop. JAX lives in an environment of its own, which `make bench-setup` makes."""

import json
import math
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from actloss_cli.catalogue import Choice
from actloss_cli.plan.plan import Plan
from actloss_cli.plan.trial import Pairing, Phase, Trial
from benchmarks.contenders.jax_command import SCRIPT, time_jax
from benchmarks.contenders.jax_programs import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    OUTPUTS,
    SCOPES,
    Scope,
    can_train,
    count_programs,
    write_programs,
)
from benchmarks.contenders.plain_loop import train_plain
from benchmarks.jobs import Work

PYTHON = Path(__file__).resolve().parent.parent / "benchmarks" / ".venv-jax" / "bin" / "python"
needs_jax = pytest.mark.skipif(not PYTHON.exists(), reason="JAX has no environment: make bench-setup")
CONFIG = """\
name: parity
tasks:
  - {kind: regression, dataset: friedman1}
  - {kind: binary, dataset: moons}
  - {kind: multiclass, dataset: digits}
activation: [relu]
output: identity
loss: mse
optimizer: [sgd]
lr: [0.01]
seeds: {tune: 1, final: 2}
model: {hidden: [8, 8]}
training: {epochs: 2, batch_size: 64}
"""
STANDARD = {
    "friedman1": ("identity", "mse"),
    "moons": ("sigmoid", "bce"),
    "digits": ("identity", "cross_entropy"),
}
HEADS = {
    "friedman1": (("identity", "mse"), ("relu", "mae"), ("sigmoid", "huber"), ("tanh", "mse")),
    "moons": (
        *(("sigmoid", "bce"), ("identity", "bce_with_logits"), ("relu", "bce_with_logits")),
        *(("tanh", "hinge"), ("sigmoid", "hinge"), ("identity", "mse")),
        *(("softmax", "mse"), ("relu", "cross_entropy"), ("softmax", "cross_entropy")),
    ),
    "digits": (
        *(("identity", "cross_entropy"), ("sigmoid", "categorical_cross_entropy"), ("log_softmax", "nll")),
        *(("softmax", "nll"), ("sigmoid", "mse"), ("identity", "bce_with_logits"), ("softmax", "mse")),
        *(
            ("softmax", "categorical_cross_entropy"),
            ("relu", "mse"),
        ),  # of relu several units are 0 and share the credit
    ),
}
MOMENTUM = Choice.of("sgd", {"momentum": 0.9}, "momentum")
RATES = {"sgd": (0.05, 0.5), "momentum": (0.01, 0.1), "rmsprop": (0.003, 0.03), "adagrad": (0.02, 0.2)}
"""Of the optimizers; 0.005 and 0.05 of any other."""
TOLERANCE = {"regression": 1e-3, "binary": 0.01, "multiclass": 0.01}
"""R² to rounding; of a balanced accuracy a row or two may fall on the other side."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("config") / "parity.yaml"
    path.write_text(CONFIG)
    return Work(str(path)).plan()


def trials_of(
    plan: Plan, task: str, head: tuple[str, str], activation: str, optimizer: Choice, phase: Phase = "tune"
) -> list[Trial]:
    pairing = Pairing(Choice.of(activation), Choice.of(head[0]), Choice.of(head[1]), optimizer)
    rates = RATES.get(optimizer.label, (0.005, 0.05))
    n_seeds = 1 if phase == "tune" else 2
    return [
        Trial(plan.tasks[task].task, pairing, lr, phase, seed)
        for lr in (rates if phase == "tune" else rates[:1])
        for seed in range(n_seeds)
    ]


CASES = {
    **{
        f"{task}-{output}-{loss}": (task, (output, loss), "relu", Choice.of("adam"), "tune")
        for task, heads in HEADS.items()
        for output, loss in heads
    },
    **{
        f"{task}-{activation}": (task, STANDARD[task], activation, Choice.of("adam"), "tune")
        for task in HEADS
        for activation in sorted(ACTIVATIONS)
    },
    **{
        f"{task}-{optimizer.label}": (task, STANDARD[task], "tanh", optimizer, "tune")
        for task in HEADS
        for optimizer in (MOMENTUM, *(Choice.of(name) for name in sorted(OPTIMIZERS)))
    },
    **{f"{task}-final": (task, STANDARD[task], "relu", Choice.of("adam"), "final") for task in HEADS},
}
"""Every output and loss; every activation and every optimizer with the standard ones."""


def all_trials(plan: Plan) -> list[Trial]:
    return list({trial.id: trial for case in CASES.values() for trial in trials_of(plan, *case)}.values())


@pytest.fixture(scope="module")
def scores(plan: Plan) -> dict[str, float]:
    """Of all cases, by trial."""
    trials = all_trials(plan)
    return dict(time_jax(str(PYTHON), trials, trials, "a task", 2, 1).scores)


@needs_jax
@pytest.mark.parametrize("case", CASES)
def test_jax_trains_a_trial_to_the_score_of_the_plain_loop(plan: Plan, scores: dict[str, float], case: str):
    for trial in trials_of(plan, *CASES[case]):
        expected = train_plain(trial)
        assert scores[trial.id] == pytest.approx(expected, abs=TOLERANCE[trial.task.kind]), trial.lr


@needs_jax
@pytest.mark.parametrize("scope", SCOPES)
def test_what_a_program_serves_does_not_show_in_its_scores(plan: Plan, scores: dict[str, float], scope: Scope):
    trials = [t for case in ("digits-elu", "digits-silu", "digits-sigmoid-mse") for t in trials_of(plan, *CASES[case])]
    found = time_jax(str(PYTHON), trials, trials, scope, 1, 1).scores
    assert found == pytest.approx({trial.id: scores[trial.id] for trial in trials}, abs=0.005)


@needs_jax
def test_a_trial_that_turns_not_finite_has_no_score_and_leaves_its_neighbours_alone(
    plan: Plan, scores: dict[str, float]
):
    good = trials_of(plan, *CASES["friedman1-sgd"])
    bad = replace(good[0], lr=1e6)
    found = time_jax(str(PYTHON), [*good, bad], [*good, bad], "a pairing", 1, 1).scores
    assert math.isnan(found[bad.id])
    assert math.isnan(train_plain(bad))
    assert {t.id: found[t.id] for t in good} == pytest.approx({t.id: scores[t.id] for t in good}, abs=1e-5)


@needs_jax
def test_a_program_that_another_process_has_claimed_is_left_to_it(plan: Plan, tmp_path: Path):
    mine, others = (trials_of(plan, *CASES[f"friedman1-{name}"]) for name in ("sgd", "momentum"))
    write_programs([*mine, *others], [*mine, *others], "a pairing", tmp_path)
    programs = json.loads((tmp_path / "programs.json").read_text())
    (claimed,) = [k for k, p in enumerate(programs) if p["functions"]["optimizer"] == [["sgd", 0.9]]]
    (tmp_path / f"claim-{claimed}").touch()
    core = min(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    subprocess.run([PYTHON, SCRIPT, tmp_path, "0", str(core)], check=True)
    answer = json.loads((tmp_path / "scores-0.json").read_text())
    assert set(answer["scores"]) == {trial.id for trial in mine}
    assert len(list(tmp_path.glob("claim-*"))) == 2


def test_the_cases_hold_every_function_that_the_contender_has(plan: Plan):
    trials = all_trials(plan)
    for role, known in {"activation": ACTIVATIONS, "output": OUTPUTS, "loss": LOSSES, "optimizer": OPTIMIZERS}.items():
        assert {getattr(trial.pairing, role).name for trial in trials} == known
    assert all(map(can_train, trials))


@pytest.mark.parametrize(
    ("role", "choice"),
    [
        ("activation", Choice.of("gelu")),
        ("activation", Choice.of("leaky_relu", {"negative_slope": 0.2})),
        ("output", Choice.of("softplus")),
        ("loss", Choice.of("huber", {"delta": 2.0})),
        ("optimizer", Choice.of("adamw")),
        ("optimizer", Choice.of("sgd", {"nesterov": True, "momentum": 0.9})),
        ("optimizer", Choice.of("rmsprop", {"momentum": 0.9})),
    ],
)
def test_what_the_jax_contender_does_not_have_is_not_asked_of_it(plan: Plan, role: str, choice: Choice):
    (trial, _) = trials_of(plan, *CASES["friedman1-identity-mse"])
    assert can_train(trial)
    assert not can_train(replace(trial, pairing=replace(trial.pairing, **{role: choice})))


def read_programs(trials: list[Trial], whole: list[Trial], scope: Scope, folder: Path) -> list[dict]:
    write_programs(trials, whole, scope, folder)
    programs = json.loads((folder / "programs.json").read_text())
    assert len(programs) == count_programs(trials, scope)
    ids = [i for p in programs for call in p["calls"] for of_seed in call["trials"] for i in of_seed]
    assert sorted(ids) == sorted(trial.id for trial in trials)
    assert all((folder / program["data"]).is_file() for program in programs)
    assert [p["model_steps"] for p in programs] == sorted((p["model_steps"] for p in programs), reverse=True)
    return programs


def test_a_scope_says_how_many_programs_there_are(plan: Plan, tmp_path: Path):
    cases = ("digits-elu", "digits-silu", "digits-sigmoid-mse", "digits-adagrad", "digits-final", "moons-elu")
    trials = [trial for case in cases for trial in trials_of(plan, *CASES[case])]
    for scope, n in {"a pairing": 6, "all activations": 5, "a task": 3}.items():
        assert len(read_programs(trials, trials, scope, tmp_path)) == n


def test_a_binary_tasks_pairings_with_one_unit_and_with_two_are_programs_apart(plan: Plan, tmp_path: Path):
    cases = ("moons-sigmoid-bce", "moons-softmax-mse", "moons-relu-cross_entropy")
    trials = [trial for case in cases for trial in trials_of(plan, *CASES[case])]
    programs = read_programs(trials, trials, "a task", tmp_path)
    assert sorted(len(p["functions"]["loss"]) for p in programs) == [1, 2]
    assert len({p["data"] for p in programs}) == 2


def test_a_sample_is_compiled_with_the_functions_of_the_whole(plan: Plan, tmp_path: Path):
    whole = [t for t in all_trials(plan) if t.task.label == "digits" and t.phase == "tune"]
    (program,) = read_programs(trials_of(plan, *CASES["digits-elu"]), whole, "a task", tmp_path)
    assert [name for name, _ in program["functions"]["activation"]] == sorted(ACTIVATIONS)
    assert ["sgd", 0.9] in program["functions"]["optimizer"]
    (call,) = program["calls"]
    assert program["functions"]["activation"][call["which"]["activation"]] == ["elu", 0.0]


def test_the_rates_of_an_extended_grid_take_a_call_of_their_own_in_the_same_program(plan: Plan, tmp_path: Path):
    short, longer = (trials_of(plan, *CASES[f"digits-{name}"]) for name in ("elu", "silu"))
    extra = replace(longer[0], lr=0.5)
    (program,) = read_programs([*short, *longer, extra], [*short, *longer], "all activations", tmp_path)
    lrs = [call["lrs"] for call in program["calls"]]
    assert lrs == [[0.005, 0.05], [0.005, 0.05], [0.5, 0.5]]
    assert program["calls"][2]["trials"] == [[extra.id]]
