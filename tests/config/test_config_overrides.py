"""`--set`: what it changes, and how its own problems are told."""

import pytest

TEXT = """\
name: x
tasks:
  - {kind: binary, dataset: moons, seeds: {final: 7}}
lr: [0.1]
activation: [relu, tanh]
"""


def only_task(config):
    (task,) = config.tasks
    return task


def test_settings_reach_every_depth(load_text):
    task = only_task(
        load_text(
            TEXT,
            "training.epochs=5",
            "tasks.0.dataset=breast_cancer",
            "seeds.tune=2",
            "activation.1=silu",
            "lr=1e-2",
        )
    )
    assert task.task.training.epochs == 5
    assert task.task.label == "breast_cancer"
    assert (task.task.seeds.tune, task.task.seeds.final) == (2, 7)
    assert [choice.label for choice in task.axes["activation"]] == ["relu", "silu"]
    assert task.task.lr.values == (0.01,)


def test_a_later_setting_wins(load_text):
    config = load_text(TEXT, "training={epochs: 3, batch_size: 8}", "training.epochs=4")
    assert (only_task(config).task.training.epochs, only_task(config).task.training.batch_size) == (4, 8)


def test_a_setting_can_mend_what_is_wrong_in_the_file(load_text):
    assert only_task(load_text(TEXT + "optimizer: adm\n", "optimizer=adam")).axes["optimizer"][0].label == "adam"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (
            "training.epochs=0",
            "training.epochs=0: must be at least 1, not 0\nhint: 1 to 1,000,000 passes over the training rows",
        ),
        ("training.epoch=5", "training.epoch=5: unknown key 'epoch'\nhint: did you mean 'epochs'?"),
        ("trainin.epochs=5", "trainin.epochs=5: unknown key 'trainin'\nhint: did you mean 'training'?"),
        ("training={epoch: 5}", "training={epoch: 5}: unknown key 'epoch'\nhint: did you mean 'epochs'?"),
        ("lr=[-1, 2]", "lr=[-1, 2]: lr[0]: must be above 0, not -1\nhint: write a rate as in 0.01"),
        ("lr=", "lr=: has no value\nhint: give it one, or remove the key"),
        (
            "tasks.0.dataset=moon",
            "tasks.0.dataset=moon: unknown dataset 'moon'\nhint: did you mean 'moons'? see 'actloss list datasets'",
        ),
        ("tasks.1.dataset=moons", "tasks.1.dataset=moons: 'tasks' has no index 1\nhint: the last is tasks.0"),
        ("tasks.x=3", "tasks.x=3: 'tasks' is a list: 'x' is not an index\nhint: write tasks.0"),
        (
            f"tasks.{'9' * 5000}=3",
            f"tasks.{'9' * 5000}=3: 'tasks' has no index {'9' * 5000}\nhint: the last is tasks.0",
        ),
        ("a." * 5000 + "b=1", "a." * 5000 + "b=1: not a key of a config\nhint: for example --set training.epochs=5"),
        ("\ud800=1", "\ud800=1: not a key of a config\nhint: for example --set training.epochs=5"),
        ("name.x=3", "name.x=3: 'name' is 'x', which has no keys\nhint: set it whole: --set name=VALUE"),
        ("epochs", "epochs: not of the form key=value\nhint: for example --set training.epochs=5"),
        ("=5", "=5: not of the form key=value\nhint: for example --set training.epochs=5"),
        ("a..b=5", "a..b=5: not of the form key=value\nhint: for example --set training.epochs=5"),
        (
            "lr=[1",
            "lr=[1: invalid YAML: while parsing a flow sequence, expected ',' or ']', but got '<stream end>'"
            "\nhint: check quotes, brackets, colons and indentation up to here",
        ),
        (
            "seeds={tune: 1, tune: 2}",
            "seeds={tune: 1, tune: 2}: duplicate key 'tune', on line 1 and line 1\nhint: keep one of the two",
        ),
        (
            "lr=" + "[" * 1000,
            "lr=" + "[" * 1000 + ": nested more than 20 deep\nhint: no config needs that: is this the right file?",
        ),
    ],
)
def test_a_wrong_setting_is_told_by_the_setting_itself(problems_of, setting, expected):
    assert problems_of(TEXT, setting) == [f"error: --set {expected}"]
