"""What is said against everything in a config but its functions: place, message, hint."""

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trainin: {epochs: 3}", ["error: x.yaml:4:1: unknown key 'trainin'\nhint: did you mean 'training'?"]),
        ("training: {epoch: 3}", ["error: x.yaml:4:12: training: unknown key 'epoch'\nhint: did you mean 'epochs'?"]),
        ("seeds: {x: 3}", ["error: x.yaml:4:9: seeds: unknown key 'x'\nhint: the keys here are: tune, final, set"]),
        ("lr: {low: 1}", ["error: x.yaml:4:6: lr: unknown key 'low'\nhint: the keys here are: points, from, to"]),
        ("lr: -0.1", ["error: x.yaml:4:5: lr: must be above 0, not -0.1\nhint: write a rate as in 0.01"]),
        ("lr: [0.1, -1e-3]", ["error: x.yaml:4:11: lr[1]: must be above 0, not -0.001\nhint: write a rate as in 0.01"]),
        ("lr: [0.1, 0.1]", ["error: x.yaml:4:11: lr[1]: repeats 0.1\nhint: remove it"]),
        ("lr: [.inf]", ["error: x.yaml:4:6: lr[0]: must be a finite number, not inf\nhint: write a rate as in 0.01"]),
        ("lr: []", ["error: x.yaml:4:5: lr: must not be empty\nhint: name at least one"]),
        ("lr: fast", ["error: x.yaml:4:5: lr: must be a number, not 'fast'\nhint: write a rate as in 0.01"]),
        ("lr:", ["error: x.yaml:4:4: lr: has no value\nhint: give it one, or remove the key"]),
        (
            "lr: {points: 1}",
            [
                "error: x.yaml:4:14: lr.points: must be at least 2, not 1"
                "\nhint: a grid has 2 to 100 points; a single rate is written 'lr: 0.01'"
            ],
        ),
        (
            "lr: {points: 101}",
            [
                "error: x.yaml:4:14: lr.points: must be at most 100, not 101"
                "\nhint: a grid has 2 to 100 points; a single rate is written 'lr: 0.01'"
            ],
        ),
        (
            "lr: {from: 1e-3}",
            [
                "error: x.yaml:4:5: lr: 'from' and 'to' go together"
                "\nhint: give both, or neither for the optimizer's own range"
            ],
        ),
        (
            "lr: {from: 1, to: 0.1}",
            [
                "error: x.yaml:4:5: lr: 'from' (1.0) must be below 'to' (0.1)"
                "\nhint: swap them: 'from' is the lower end, so write {from: 0.1, to: 1.0}"
            ],
        ),
        (
            "lr: {from: 0.1, to: 0.1}",
            ["error: x.yaml:4:5: lr: 'from' and 'to' are both 0.1\nhint: for that one rate write 'lr: 0.1'"],
        ),
        (
            "lr: {from: 0.1, to: 0.100001, points: 5}",
            [
                "error: x.yaml:4:5: lr: 'from' (0.1) and 'to' (0.100001) are too close for 5 points"
                "\nhint: rates are rounded to six digits: move the ends apart, or give one rate as a number"
            ],
        ),
        ("seeds: {tune: 0}", ["error: x.yaml:4:15: seeds.tune: must be at least 1, not 0\nhint: 1 to 10,000 seeds"]),
        (
            "seeds: {final: 1}",
            [
                "error: x.yaml:4:16: seeds.final: must be at least 2, not 1"
                "\nhint: 2 to 10,000 seeds; a single one has no spread"
            ],
        ),
        ("seeds: 3", ["error: x.yaml:4:8: seeds: must be a mapping, not 3\nhint: write it in braces: {key: value}"]),
        (
            "training: {epochs: 2.5}",
            [
                "error: x.yaml:4:20: training.epochs: must be a whole number, not 2.5"
                "\nhint: 1 to 1,000,000 passes over the training rows"
            ],
        ),
        (
            "training: {epochs: '3'}",
            ["error: x.yaml:4:20: training.epochs: must be a whole number, not '3'\nhint: remove the quotes"],
        ),
        (
            "training: {batch_size: true}",
            [
                "error: x.yaml:4:24: training.batch_size: must be a whole number, not true"
                "\nhint: how many rows make a step, 64 say"
            ],
        ),
        (
            "model: {hidden: [32, 0]}",
            [
                "error: x.yaml:4:22: model.hidden[1]: must be at least 1, not 0"
                "\nhint: up to 100 layers of 1 to 65,536 units; without hidden layers it is []"
            ],
        ),
        (
            "model: {hidden: 32}",
            ["error: x.yaml:4:17: model.hidden: must be a list, not 32\nhint: write it in brackets: [...]"],
        ),
        (
            "model: {init: xaver}",
            [
                "error: x.yaml:4:15: model.init: must be one of torch, kaiming, xavier, lecun, not 'xaver'"
                "\nhint: did you mean 'xavier'?"
            ],
        ),
        (
            "model: {hidden: [" + "1," * 101 + "]}",
            [
                "error: x.yaml:4:17: model.hidden: has more than 100 entries"
                "\nhint: up to 100 layers of 1 to 65,536 units; without hidden layers it is []"
            ],
        ),
        (
            "exclude: {loss: bce}",
            ["error: x.yaml:4:10: exclude: must be a list, not a mapping\nhint: write it in brackets: [...]"],
        ),
        (
            "exclude: [{}]",
            [
                "error: x.yaml:4:11: exclude[0]: must not be empty"
                "\nhint: an empty pattern would leave nothing; name a loss, say"
            ],
        ),
        ("exclude: [{los: bce}]", ["error: x.yaml:4:12: exclude[0]: unknown key 'los'\nhint: did you mean 'loss'?"]),
        (
            "exclude: [{loss: ''}]",
            ["error: x.yaml:4:18: exclude[0].loss: must not be empty\nhint: a part that fits all is '*', or left out"],
        ),
    ],
)
def test_a_wrong_setting_is_told_in_plain_words(problems_beside_a_task, text, expected):
    assert problems_beside_a_task(text) == expected


NAME_HINT = "\nhint: use up to 64 letters, digits, '_', '-' and inner dots, as in 'my-grid'"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a/b", "'a/b' can't be the name of a folder of results"),
        (".hidden", "'.hidden' can't be the name of a folder of results"),
        ("..", "'..' can't be the name of a folder of results"),
        ("-rf", "'-rf' can't be the name of a folder of results"),
        ("''", "'' can't be the name of a folder of results"),
        ("a b", "'a b' can't be the name of a folder of results"),
        ("é", "'é' can't be the name of a folder of results"),
        (
            "a\N{LATIN SMALL LETTER DOTLESS I}",
            "'a\N{LATIN SMALL LETTER DOTLESS I}' can't be the name of a folder of results",
        ),
        ("x" * 65, f"'{'x' * 27}...{'x' * 28}' can't be the name of a folder of results"),
        ("con", "'con' can't be the name of a folder on every system"),
        ("LPT1.grid", "'LPT1.grid' can't be the name of a folder on every system"),
        ("grid.", "'grid.' can't be the name of a folder on every system"),
    ],
)
def test_a_run_must_have_a_name_that_a_folder_may_have(problems_of, name, message):
    text = f"name: {name}\ntasks: [{{kind: binary, dataset: moons}}]\n"
    assert problems_of(text) == [f"error: x.yaml:1:7: name: {message}{NAME_HINT}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "name: x",
            ["error: x.yaml:1:1: 'tasks' is missing\nhint: add 'tasks: [{kind: binary, dataset: moons}]', say"],
        ),
        ("name: x\ntasks: []", ["error: x.yaml:2:8: tasks: must not be empty\nhint: name at least one"]),
        (
            "name: 2024\ntasks: [{kind: binary, dataset: moons}]",
            ["error: x.yaml:1:7: name: must be text, not 2024\nhint: put it in quotes if it is meant as text"],
        ),
        (
            "name: x\ntasks: [moons]",
            ["error: x.yaml:2:9: tasks[0]: must be a mapping, not 'moons'\nhint: write it in braces: {key: value}"],
        ),
        (
            "tasks: [{}]",
            [
                "error: x.yaml:1:1: 'name' is missing\nhint: name the run: its results go to a folder of that name",
                "error: x.yaml:1:9: tasks[0]: 'kind' is missing\nhint: one of regression, binary, multiclass",
                "error: x.yaml:1:9: tasks[0]: 'dataset' is missing\nhint: see 'actloss list datasets'",
            ],
        ),
        (
            "name: x\ntasks: [{kind: regresion, dataset: moons}]",
            [
                "error: x.yaml:2:16: tasks[0].kind: must be one of regression, binary, multiclass, not 'regresion'"
                "\nhint: did you mean 'regression'?"
            ],
        ),
        (
            "name: x\ntasks: [{kind: binary, dataset: moons, label: ' a'}]",
            [
                "error: x.yaml:2:47: tasks[0].label: ' a' can't be a label"
                "\nhint: use 1 to 64 printable characters without '/' and without spaces at the ends"
            ],
        ),
        (
            "name: x\ntasks:\n  - {kind: binary, dataset: moons}\n  - {kind: binary, dataset: moons}",
            [
                "error: x.yaml:4:29: tasks[1].dataset: the label 'moons' is that of tasks[0]"
                "\nhint: give one of the two a 'label:' of its own"
            ],
        ),
        (
            "name: x\ntasks: [{kind: binary, dataset: moons, activation: gelo, training: {epochs: 0}, sed: 3}]",
            [
                "error: x.yaml:2:52: tasks[0].activation: unknown activation 'gelo'"
                "\nhint: did you mean 'gelu'? see 'actloss list activations'",
                "error: x.yaml:2:77: tasks[0].training.epochs: must be at least 1, not 0"
                "\nhint: 1 to 1,000,000 passes over the training rows",
                "error: x.yaml:2:81: tasks[0]: unknown key 'sed'\nhint: did you mean 'seeds'?",
            ],
        ),
    ],
)
def test_tasks_are_checked_like_the_rest(problems_of, text, expected):
    assert problems_of(text) == expected


def test_all_problems_come_at_once_from_top_to_bottom(problems_of):
    text = """\
name: x
tasks:
  - {kind: binary, dataset: moon}
  - {kind: regression, dataset: {csv: none.csv, target: y}}
lr: -1
activation: [relu, mse]
lr: 3
loss: !secret bce
exclude: [{los: a}]
"""
    problems = problems_of(text, "training.epochs=0", "seeds.x.y=2", "model=[")
    assert [problem.splitlines()[0].split(": ", 2)[1] for problem in problems] == [
        "x.yaml:3:29",
        "x.yaml:4:33",
        "x.yaml:5:5",
        "x.yaml:6:20",
        "x.yaml:7:1",
        "x.yaml:8:7",
        "x.yaml:9:12",
        "--set training.epochs=0",
        "--set seeds.x.y=2",
        "--set model=[",
    ]


def test_what_cannot_be_read_is_not_judged_twice(problems_of):
    assert problems_of("name: !x y\ntasks: [{kind: binary, dataset: moons}]") == [
        "error: x.yaml:1:7: name: unknown tag '!x'\nhint: remove the tag: a config is plain YAML"
    ]


def test_no_word_of_pydantic_comes_through(problems_of):
    text = """\
name: 3
tasks: [{kind: 3, dataset: [], label: 3, lr: {points: x}}, 7]
activation: {binary: {name: []}}
seeds: []
model: {hidden: x, init: []}
lr: {from: a, to: []}
training: {epochs: {}, batch_size: 1e3}
exclude: [{loss: 3}]
"""
    problems = problems_of(text)
    assert len(problems) == 15
    for word in ("Input", "valid", "pydantic", "union", "tag", "extra", "dict", "instance", "<"):
        assert not [problem for problem in problems if word in problem]
