"""Convolutions and recurrent cells in a config: what they resolve to, and rows that they can't read."""

import pytest

from actloss_cli.config.load import load_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.plan.shaped_models import ConvolutionSpec, RecurrentSpec
from actloss_cli.plan.trial import stored_model


def one_task(dataset, model, kind="multiclass"):
    return f"name: x\ntasks:\n  - {{kind: {kind}, dataset: {dataset}, model: {model}}}\n"


@pytest.mark.parametrize(
    ("dataset", "model", "expected"),
    [
        ("mnist1d", "{kind: conv1d}", ConvolutionSpec("conv1d", (1, 40), (8, 16), 3, 2, "torch")),
        ("digits", "{kind: conv2d, channels: [4], kernel: 5, stride: 1, init: kaiming}",
         ConvolutionSpec("conv2d", (1, 8, 8), (4,), 5, 1, "kaiming")),
        ("symbol_order", "{kind: recurrent, width: 8}", RecurrentSpec((6, 20), 8, "torch")),
        ("digits", "{kind: recurrent, shape: [8, 8]}", RecurrentSpec((8, 8), 32, "torch")),
        ("wine", "{kind: conv1d, shape: [1, 13]}", ConvolutionSpec("conv1d", (1, 13))),
    ],
)  # fmt: skip
def test_a_row_is_read_as_the_dataset_lies_or_as_the_config_says(load_text, dataset, model, expected):
    assert [task.task.model for task in load_text(one_task(dataset, model)).tasks] == [expected]


def test_a_resolved_config_gives_the_same_models_again(load_text, folder):
    config = load_text(one_task("mnist1d", "[{kind: conv1d, kernel: 5}, {kind: recurrent}, {hidden: [8]}]"))
    (folder / "again.yaml").write_text(dump_yaml(config.resolved()))
    again = load_config("again.yaml", ())
    assert [task.task for task in again.tasks] == [task.task for task in config.tasks]


@pytest.mark.parametrize("model", [ConvolutionSpec("conv2d", (1, 8, 8), (4, 2), 2, 1, "lecun"), RecurrentSpec((2, 9))])
def test_stored_settings_give_the_model_again(model):
    lists = {key: list(value) if isinstance(value, tuple) else value for key, value in model.settings().items()}
    assert stored_model(lists) == model


@pytest.mark.parametrize(
    ("dataset", "model", "problem"),
    [
        ("wine", "{kind: recurrent}",
         "model: recurrent reads rows of (channels, steps), a row here is that of a table"
         "\nhint: take another dataset, or say how its rows lie: shape: [channels, steps]"),
        ("wine", "{kind: conv2d}",
         "model: conv2d reads rows of (channels, height, width), a row here is that of a table"
         "\nhint: take another dataset, or say how its rows lie: shape: [channels, height, width]"),
        ("mnist1d", "{kind: conv2d}",
         "model: conv2d reads rows of (channels, height, width), a row here is that of a sequence"
         "\nhint: take another dataset, or say how its rows lie: shape: [channels, height, width]"),
        ("digits", "{kind: conv1d}",
         "model: conv1d reads rows of (channels, steps), a row here is that of an image"
         "\nhint: take another dataset, or say how its rows lie: shape: [channels, steps]"),
        ("wine", "{kind: conv1d, shape: [1, 12]}",
         "model: 'shape' holds 12 numbers, a row of the dataset has 13"
         "\nhint: channels x steps, or channels x height x width, make a row"),
        ("digits", "{kind: conv2d, channels: [4, 4, 4]}",
         "model: a kernel of 3 doesn't fit into convolution 3, which is given 1 x 1"
         "\nhint: take fewer convolutions, or a smaller kernel or stride"),
        ("digits", "{kind: rnn}",
         "model.kind: must be one of mlp, residual, conv1d, conv2d, recurrent, not 'rnn'"),
        ("digits", "{kind: [conv2d]}",
         "model.kind: must be one of mlp, residual, conv1d, conv2d, recurrent, not a list"),
        ("digits", "{kind: conv2d, kernal: 2}",
         "model: unknown key 'kernal'\nhint: did you mean 'kernel'?"),
        ("digits", "{kind: recurrent, hidden: [3]}",
         "model: unknown key 'hidden'\nhint: the keys here are: init, shape, as, kind, width"),
        ("digits", "{kind: conv2d, channels: []}", "model.channels: must not be empty\nhint: name at least one"),
        ("digits", "{kind: conv2d, stride: 0}", "model.stride: must be at least 1, not 0"),
    ],
)  # fmt: skip
def test_a_model_that_does_not_fit_is_told_so_before_any_training(problems_of, dataset, model, problem):
    (found,) = problems_of(one_task(dataset, model))
    assert found.split("tasks[0].", 1)[1] == problem


def test_every_flaw_of_a_list_of_models_is_told_at_its_place(problems_of):
    found = problems_of(one_task("digits", "[{kind: conv2d}, {kind: recurrent}, {kind: conv1d, width: 3}]"))
    assert [line.split(": ")[2] for line in found] == ["tasks[0].model[2]"]
    found = problems_of(one_task("digits", "[{kind: conv2d}, {kind: recurrent}, {kind: conv1d}]"))
    assert [line.split(": ")[2] for line in found] == ["tasks[0].model[1]", "tasks[0].model[2]"]
