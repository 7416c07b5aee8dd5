"""Models as an axis: each makes a task of its own, under a name that tells it; an only one leaves names as they are."""

import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.plan.trial import ModelSpec, Trial, stored_model

HEAD = "name: x\ntasks: [{kind: binary, dataset: moons}, {kind: regression, dataset: diabetes}]\n"


def names(config):
    return [task.task.label for task in config.tasks]


def models(config):
    return [task.task.model for task in config.tasks]


def test_each_model_makes_a_task_of_its_own_named_by_what_differs(load_text):
    config = load_text(f"{HEAD}model: [{{hidden: [8, 8]}}, {{hidden: [8, 8], norm: batch}}, {{hidden: [9, 4]}}]\n")
    assert names(config) == [
        *("moons/hidden=2x8,norm=none", "moons/hidden=2x8,norm=batch", "moons/hidden=9-4,norm=none"),
        *("diabetes/hidden=2x8,norm=none", "diabetes/hidden=2x8,norm=batch", "diabetes/hidden=9-4,norm=none"),
    ]
    assert models(config)[:3] == [ModelSpec((8, 8)), ModelSpec((8, 8), norm="batch"), ModelSpec((9, 4))]
    first, second, *_ = expand(config)
    assert first.pairings == second.pairings


def test_a_model_is_called_as_the_config_says(load_text):
    text = f"{HEAD}model: [{{kind: residual, hidden: [8, 8], as: skips}}, {{hidden: [], as: linear}}]\n"
    assert names(load_text(text)) == ["moons/skips", "moons/linear", "diabetes/skips", "diabetes/linear"]
    assert names(load_text(f"{HEAD}model: {{hidden: [8], as: small}}\n")) == ["moons/small", "diabetes/small"]


@pytest.mark.parametrize("model", ["{hidden: [8, 8]}", "[{hidden: [8, 8]}]"])
def test_an_only_model_leaves_the_name_of_its_task(load_text, model):
    assert names(load_text(f"{HEAD}model: {model}\n")) == ["moons", "diabetes"]


@pytest.mark.parametrize(
    ("top", "own", "expected"),
    [
        ("{hidden: [8], init: lecun}", "{norm: layer}", [ModelSpec((8,), "lecun", norm="layer")]),
        ("[{hidden: [8]}, {hidden: [9]}]", "{norm: layer}", [ModelSpec(norm="layer")]),
        ("{hidden: [8]}", "[{init: lecun}, {norm: layer}]", [ModelSpec(init="lecun"), ModelSpec(norm="layer")]),
    ],
)
def test_a_tasks_own_model_gives_keys_to_one_model_and_replaces_a_list(load_text, top, own, expected):
    text = f"name: x\ntasks: [{{kind: binary, dataset: moons, model: {own}}}]\nmodel: {top}\n"
    assert models(load_text(text)) == expected


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ("[]", "error: x.yaml:3:8: model: must not be empty\nhint: name at least one"),
        (
            "[{hidden: [8]}, {hidden: [8]}]",
            "error: x.yaml:3:24: model[1]: repeats entry [0] of this list\nhint: remove one of the two",
        ),
        (
            "[{hidden: [8], as: a}, {hidden: [9], as: a}]",
            "error: x.yaml:3:31: model[1]: has the label of entry [0] of this list, 'a'"
            "\nhint: give it another with 'as:'",
        ),
        (
            "{as: a/b}",
            "error: x.yaml:3:13: model.as: 'a/b' can't be a label"
            "\nhint: use 1 to 64 printable characters without '/' and without spaces at the ends",
        ),
        (
            "{kind: residual, hidden: [8, 9]}",
            "error: x.yaml:3:8: model: a residual model needs two hidden layers or more, all of one width"
            "\nhint: a layer is added to the one before it; write hidden: [32, 32, 32], say",
        ),
        (
            "[{}, {kind: residual, hidden: [8]}]",
            "error: x.yaml:3:13: model[1]: a residual model needs two hidden layers or more, all of one width"
            "\nhint: a layer is added to the one before it; write hidden: [32, 32, 32], say",
        ),
        (
            "{norm: bach}",
            "error: x.yaml:3:15: model.norm: must be one of none, batch, layer, not 'bach'"
            "\nhint: did you mean 'batch'?",
        ),
        ("[{nrom: batch}]", "error: x.yaml:3:10: model[0]: unknown key 'nrom'\nhint: did you mean 'norm'?"),
    ],
)
def test_a_slip_in_a_model_is_told_once_however_many_tasks_share_it(problems_of, model, problem):
    assert problems_of(f"{HEAD}model: {model}\n") == [problem]


def test_a_label_made_of_too_many_settings_asks_for_one(problems_of):
    widths = ", ".join(map(str, range(10, 40)))
    (problem,) = problems_of(f"{HEAD}model: [{{hidden: [{widths}]}}, {{hidden: [8]}}]\n")
    assert "can't be a label, which its settings make it\nhint: add an 'as:'; use 1 to 64" in problem


def test_tasks_of_one_label_are_told_apart_by_their_models(load_text, problems_of):
    task = "{{kind: binary, dataset: moons, model: {{hidden: [{}], as: {}}}}}"
    text = "name: x\ntasks: [{}, {}]\n"
    assert names(load_text(text.format(task.format(8, "a"), task.format(9, "b")))) == ["moons/a", "moons/b"]
    (problem,) = problems_of(text.format(task.format(8, "a"), task.format(9, "a")))
    assert "tasks[1]: the name 'moons/a' is that of tasks[0] too\nhint: give one of the two a 'label:'" in problem


def test_tasks_of_one_name_are_told_where_a_list_makes_it(problems_of):
    one, other = "model: [{as: a}, {hidden: [9], as: b}]", "model: {hidden: [7], as: b}"
    text = (
        f"name: x\ntasks:\n - {{kind: binary, dataset: moons, {one}}}\n - {{kind: binary, dataset: moons, {other}}}\n"
    )
    assert problems_of(text) == [
        "error: x.yaml:4:4: tasks[1]: the name 'moons/b' is that of tasks[0] too"
        "\nhint: give one of the two a 'label:' of its own"
    ]


@pytest.mark.parametrize(
    ("task", "left"), [("moons", [0, 0]), ("moons/a", [0, 48]), ("'*/b'", [48, 0]), ("'moons*'", [0, 0])]
)
def test_a_pattern_covers_a_task_under_one_model_or_under_all(load_text, task, left):
    text = (
        "name: x\ntasks: [{kind: binary, dataset: moons}, {kind: binary, dataset: imbalanced}]\n"
        "activation: [relu, tanh]\nmodel: [{as: a}, {hidden: [8], as: b}]\n"
        f"exclude: [{{task: {task}, activation: relu}}]\n"
    )
    grids = {grid.task.label: grid for grid in expand(load_text(text))}
    found = [sum(p.activation.name == "relu" for p in grids[name].pairings) for name in ("moons/a", "moons/b")]
    assert [2 * n for n in found] == left


ROUND = [
    f"{HEAD}model: [{{hidden: [8, 8]}}, {{hidden: [8, 8], norm: batch}}]\n",
    f"{HEAD}model: {{hidden: [8, 8], kind: residual, norm: layer, as: deep}}\n",
    "name: x\ntasks: [{kind: binary, dataset: moons, exclude: [{task: moons/a, loss: mse}]}]\n"
    "model: [{as: a}, {norm: layer, as: b}]\n",
]


@pytest.mark.parametrize("text", ROUND)
def test_the_resolved_config_gives_the_same_grid(load_text, folder, text):
    config = load_text(text)
    (folder / "config.yaml").write_text(dump_yaml(config.resolved()), encoding="utf-8")
    again = load_config("config.yaml")
    assert expand(again) == expand(config)
    assert again.resolved() == config.resolved()


def test_what_came_later_enters_a_trials_spec_only_where_it_is_asked_for(load_text):
    text = f"{HEAD}model: [{{hidden: [8, 8], as: a}}, {{hidden: [8, 8], kind: residual, norm: batch, as: b}}]\n"
    plain, other, *_ = (Trial(grid.task, grid.pairings[0], 0.1, "tune", 0) for grid in expand(load_text(text)))
    assert plain.spec["model"] == {"hidden": (8, 8), "init": "torch"}
    assert other.spec["model"] == {"hidden": (8, 8), "init": "torch", "kind": "residual", "norm": "batch"}
    assert plain.id != other.id
    unlabelled = expand(load_text(f"{HEAD}model: {{hidden: [8, 8]}}\n"))[0]
    assert Trial(unlabelled.task, unlabelled.pairings[0], 0.1, "tune", 0).id == plain.id


@pytest.mark.parametrize(
    "model", [ModelSpec(), ModelSpec((), "lecun"), ModelSpec((8, 8), kind="residual", norm="layer")]
)
def test_a_stored_models_settings_make_it_again(model):
    as_json = {key: list(value) if isinstance(value, tuple) else value for key, value in model.settings().items()}
    assert stored_model(as_json) == model
