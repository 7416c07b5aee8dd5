"""From a config to its grid: defaults, settings per task, exclusion, and the resolved form that means the same."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actloss_cli.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS, Choice
from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.config.shipped import shipped_configs
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.errors import UserError
from actloss_cli.plan.trial import LrRule, ModelSpec, SeedCounts, TrainingSpec

SMALL = """\
name: x
tasks:
  - {kind: regression, dataset: diabetes}
  - {kind: binary, dataset: moons}
activation: [relu, swish, {name: elu, alpha: 0.5}]
output: {regression: identity, binary: [sigmoid, identity]}
loss: {regression: [mse, l1], binary: {name: bce, as: logloss}}
optimizer: [sgd, {name: sgd, momentum: 0.9, as: momentum}]
"""


def labels(grid):
    return [pairing.label for pairing in grid.pairings]


def test_the_product_runs_through_the_optimizer_first_and_the_activation_last(load_text):
    regression, binary = expand(load_text(SMALL))
    assert len(regression.pairings) == 3 * 1 * 2 * 2
    assert labels(regression)[:5] == [
        "relu/identity/mse/sgd",
        "relu/identity/mse/momentum",
        "relu/identity/mae/sgd",
        "relu/identity/mae/momentum",
        "silu/identity/mse/sgd",
    ]
    assert labels(binary)[-1] == "elu(alpha=0.5)/identity/logloss/momentum"
    assert binary.pairings[0].optimizer == Choice("sgd", (), "sgd")
    assert binary.pairings[1].optimizer == Choice("sgd", (("momentum", 0.9),), "momentum")


def test_a_name_and_a_task_are_enough(load_text):
    (grid,) = expand(load_text("name: x\ntasks: [{kind: multiclass, dataset: digits}]"))
    assert grid.task.model == ModelSpec((32, 32), "torch")
    assert grid.task.training == TrainingSpec(30, 64)
    assert grid.task.lr == LrRule(5, None, None, ())
    assert grid.task.seeds == SeedCounts(3, 10)
    assert len(grid.pairings) == 4 * 3 * 4 * 2


def test_values_that_equal_the_default_leave_no_trace(load_text):
    text = "name: x\ntasks: [{kind: binary, dataset: moons}]\noptimizer: [{name: adam, eps: 1e-8, betas: [0.9, 0.999]}]"
    (task,) = load_text(text).tasks
    assert task.axes["optimizer"] == (Choice("adam", (), "adam"),)


@pytest.mark.parametrize(
    ("lr", "rule"),
    [
        ("0.1", LrRule(points=1, values=(0.1,))),
        ("[1e-1, 1]", LrRule(points=2, values=(0.1, 1.0))),
        ("{points: 3}", LrRule(points=3)),
        ("{from: 1e-4, to: 1E0, points: 3}", LrRule(points=3, low=1e-4, high=1.0)),
    ],
)
def test_learning_rates_are_a_number_a_list_or_a_grid(load_text, lr, rule):
    (task,) = load_text(f"name: x\ntasks: [{{kind: binary, dataset: moons}}]\nlr: {lr}").tasks
    assert task.task.lr == rule


def test_a_task_replaces_axes_and_keys_for_itself_alone(load_text):
    text = """\
name: x
tasks:
  - {kind: binary, dataset: moons}
  - kind: binary
    dataset: moons
    label: deep
    activation: tanh
    lr: 0.1
    seeds: {final: 4}
    model: {hidden: [8, 8, 8]}
    training: {epochs: 2}
activation: [relu, silu]
loss: bce
lr: {points: 2}
seeds: {tune: 1, final: 2}
model: {hidden: [], init: xavier}
training: {batch_size: 16}
"""
    plain, deep = load_text(text).tasks
    assert [choice.name for choice in plain.axes["activation"]] == ["relu", "silu"]
    assert [choice.name for choice in deep.axes["activation"]] == ["tanh"]
    assert deep.axes["loss"] == plain.axes["loss"]
    assert plain.task.model == ModelSpec((), "xavier")
    assert deep.task.model == ModelSpec((8, 8, 8), "xavier")
    assert deep.task.training == TrainingSpec(2, 16)
    assert deep.task.seeds == SeedCounts(1, 4)
    assert (plain.task.lr.points, deep.task.lr.values) == (2, (0.1,))
    assert (plain.task.label, deep.task.label) == ("moons", "deep")
    assert plain.task.fingerprint == deep.task.fingerprint


@pytest.mark.parametrize(
    ("patterns", "n_regression", "n_binary"),
    [
        ("[{loss: mae}]", 6, 12),
        ("[{loss: l1}]", 6, 12),
        ("[{loss: m*}]", 0, 12),
        ("[{activation: elu}]", 8, 8),
        ("[{activation: 'elu(*'}]", 8, 8),
        ("[{optimizer: sgd}]", 6, 6),
        ("[{optimizer: s*}]", 0, 0),
        ("[{optimizer: momentum, task: moons}]", 12, 6),
        ("[{kind: binary, output: identity, loss: logloss}]", 12, 6),
        ("[{kind: binary, output: identity, loss: bce}]", 12, 6),
        ("[{dataset: d*, activation: '[rs]*lu'}]", 4, 12),
        ("[{loss: mae}, {loss: mae, activation: relu}]", 6, 12),
    ],
)
def test_a_pattern_leaves_out_what_all_its_parts_fit(load_text, problems_of, patterns, n_regression, n_binary):
    text = f"{SMALL}exclude: {patterns}\n"
    if n_regression and n_binary:
        assert [len(grid.pairings) for grid in expand(load_text(text))] == [n_regression, n_binary]
    else:
        empty = [name for name, n in (("diabetes", n_regression), ("moons", n_binary)) if not n]
        assert [problem.splitlines()[0].split(": ", 3)[3] for problem in problems_of(text)] == [
            f"no pairing of task '{name}' is left after 'exclude'" for name in empty
        ]


def test_a_task_adds_patterns_of_its_own(load_text):
    text = (
        SMALL.replace("dataset: moons}", "dataset: moons, exclude: [{output: identity}]}")
        + "exclude: [{activation: silu}]\n"
    )
    assert [len(grid.pairings) for grid in expand(load_text(text))] == [8, 4]


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("{loss: hing}", "no loss here fits 'hing': there are: mse, mae, logloss"),
        ("{loss: hinge}", "no loss here fits 'hinge': there are: mse, mae, logloss"),
        ("{optimizer: momentun}", "no optimizer here fits 'momentun': did you mean 'momentum'?"),
        ("{task: mons}", "no task here fits 'mons': did you mean 'moons'?"),
        ("{kind: multiclass}", "no kind here fits 'multiclass': there are: regression, binary"),
        ("{dataset: 'x*'}", "no dataset here fits 'x*': there are: diabetes, moons"),
        ("{task: moons, loss: mse}", "each part fits something, but no task has it all"),
    ],
)
def test_a_pattern_that_matches_nothing_is_an_error(problems_of, pattern, hint):
    assert problems_of(f"{SMALL}exclude:\n  - {{loss: mae}}\n  - {pattern}\n") == [
        f"error: x.yaml:11:5: exclude[1]: matches no pairing\nhint: {hint}"
    ]


def test_a_tasks_own_pattern_is_held_against_that_task(problems_of):
    text = SMALL.replace("dataset: moons}", "dataset: moons, exclude: [{loss: mse}]}")
    assert problems_of(text) == [
        "error: x.yaml:4:46: tasks[1].exclude[0]: matches no pairing\nhint: no loss here fits 'mse': there are: logloss"
    ]


AWKWARD = """\
name: x
tasks:
  - {kind: binary, dataset: moons, label: 1e3x, exclude: [{output: ident*}]}
  - {kind: binary, dataset: {csv: data.csv, target: 'no'}, label: '1e3', lr: [1e-5, 1.0e+20], model: {hidden: []}}
  - {kind: binary, dataset: imbalanced, label: 'yes', lr: {from: 1e-5, to: 3, points: 4}, seeds: {set: 2}}
activation: [{name: elu, alpha: 1e-5, as: '.5'}, {name: leaky_relu, negative_slope: 2}]
optimizer: [{name: adam, betas: [0.5, 0.25], eps: 1}]
exclude: [{activation: '.5', kind: b*}]
"""


@pytest.mark.parametrize("text", [SMALL, AWKWARD])
def test_the_resolved_config_gives_the_same_grid_from_any_folder(
    load_text, folder, tmp_path_factory, monkeypatch, text
):
    rows = "\n".join(f"{i},{i % 3},{i % 2}" for i in range(60))
    (folder / "data.csv").write_text(f"a,b,no\n{rows}\n")
    config = load_text(text)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    (elsewhere / "config.yaml").write_text(dump_yaml(config.resolved()), encoding="utf-8")
    again = load_config("config.yaml")
    assert expand(again) == expand(config)
    assert again.resolved() == config.resolved()
    json.dumps(config.resolved())


def test_the_resolved_config_writes_every_default_out(load_text):
    resolved = load_text("name: x\ntasks: [{kind: binary, dataset: moons}]\noptimizer: sgd\nloss: bce").resolved()
    (task,) = resolved["tasks"]
    assert task["optimizer"] == [
        {
            "name": "sgd",
            "momentum": 0.0,
            "dampening": 0.0,
            "weight_decay": 0.0,
            "nesterov": False,
            "schedule": "constant",
            "clip": "none",
            "clip_at": 1.0,
        }
    ]
    assert {key: task[key] for key in ("label", "lr", "seeds", "model", "training", "exclude")} == {
        "label": "moons",
        "lr": {"points": 5},
        "seeds": {"tune": 3, "final": 10},
        "model": {"hidden": [32, 32], "init": "torch"},
        "training": {"epochs": 30, "batch_size": 64},
        "exclude": [],
    }


N_HIDDEN, N_OUTPUTS = (sum(getattr(spec, role) for spec in ACTIVATIONS) for role in ("hidden", "output"))
EVERYTHING = [
    n
    for n_further_losses in (0, 3, 3)
    for n in (N_HIDDEN, N_OUTPUTS * (len(LOSSES) + n_further_losses), len(OPTIMIZERS) + 17)
]


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("smoke", [3 * 2 * 2 * 2, 3 * 3 * 3 * 2, 3 * 3 * 3 * 2]),
        ("grid", [7 * 4 * 3 * 5, 7 * 5 * 5 * 5, 7 * 5 * 5 * 5, 7 * 4 * 5 * 5]),
        ("everything", EVERYTHING),
        ("regression", [5 * 4 * 3 * 3] * 2),
        ("binary", [5 * 5 * 6 * 2] * 2),
        ("multiclass", [5 * 4 * 8 * 2] * 2),
    ],
)
def test_every_shipped_config_expands(folder, name, sizes):
    config = load_config(name)
    assert config.name == name
    assert [len(grid.pairings) for grid in expand(config)] == sizes


def test_every_shipped_config_is_tested_and_begins_by_saying_what_it_answers():
    shipped = shipped_configs()
    assert list(shipped) == ["binary", "everything", "grid", "multiclass", "regression", "smoke"]
    for path in shipped.values():
        assert path.read_text(encoding="utf-8").startswith("# ")


def test_a_config_can_be_checked_without_pandas_until_a_csv_needs_it():
    code = (
        "import sys, actloss_cli.config.load; "
        "print([m for m in ('pandas', 'sklearn', 'matplotlib') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 9)
    | st.floats(width=16)
    | st.sampled_from(["relu", "mse", "adam", "moons", "binary", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "as", "kind", "dataset", "binary", "points", "from", "momentum", "loss", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
KEYS = ["activation", "output", "loss", "optimizer", "lr", "seeds", "model", "training", "exclude", "label", "dataset"]


@pytest.fixture(scope="module")
def fuzzed_file(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "x.yaml"


@settings(deadline=None)
@given(top=st.dictionaries(st.sampled_from(KEYS), VALUES), task=st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_whatever_a_config_holds_only_user_errors_come_out(fuzzed_file, top, task):
    config = {"name": "x", "tasks": [{"kind": "binary", "dataset": "moons", **task}], **top}
    fuzzed_file.write_text(dump_yaml(config), encoding="utf-8")
    with contextlib.suppress(UserError):
        assert expand(load_config(str(fuzzed_file)))
