"""A setting with a list of values is an axis: one choice per combination."""

import pytest
import yaml

from actloss_cli.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS
from actloss_cli.config.expansion import expand
from actloss_cli.errors import UserError


def labels(load_text, role, text):
    config = load_text(f"name: x\ntasks: [{{kind: binary, dataset: moons}}]\n{role}: {text}")
    (grid,) = expand(config)
    return list(dict.fromkeys(getattr(pairing, role).label for pairing in grid.pairings))


def test_lists_of_settings_are_multiplied_out(load_text):
    text = "[adam, {name: sgd, momentum: [0, 0.9], schedule: [constant, cosine]}]"
    assert labels(load_text, "optimizer", text) == [
        "adam",
        "sgd",
        "sgd(schedule=cosine)",
        "sgd(momentum=0.9)",
        "sgd(momentum=0.9, schedule=cosine)",
    ]


def test_a_setting_that_is_a_list_itself_is_varied_by_a_list_of_lists(load_text):
    assert labels(load_text, "optimizer", "{name: adam, betas: [[0.9, 0.999], [0.5, 0.9]]}") == [
        "adam",
        "adam(betas=[0.5, 0.9])",
    ]


def test_a_label_of_ones_own_tells_what_varies_and_nothing_else(load_text):
    text = "{name: sgd, momentum: 0.9, clip: [none, norm], as: heavy ball}"
    assert labels(load_text, "optimizer", text) == ["heavy ball(clip=none)", "heavy ball(clip=norm)"]


def test_every_role_takes_settings(load_text):
    assert labels(load_text, "activation", "{name: leaky_relu, negative_slope: [0.01, 0.2]}") == [
        "leaky_relu",
        "leaky_relu(negative_slope=0.2)",
    ]
    assert labels(load_text, "output", "{name: hardtanh, max_val: [1, 2]}") == ["hardtanh", "hardtanh(max_val=2)"]
    assert labels(load_text, "loss", "{name: focal, gamma: [0, 2], class_weight: balanced}") == [
        "focal(class_weight=balanced, gamma=0)",
        "focal(class_weight=balanced)",
    ]


def test_a_resolved_config_of_axes_gives_the_same_grid_again(load_text):
    text = (
        "name: x\ntasks: [{kind: binary, dataset: moons}]\n"
        "optimizer: [{name: sgd, momentum: [0, 0.9], as: mine}, {name: adam, schedule: [step, warmup]}]\n"
        "loss: {name: bce, class_weight: [none, balanced]}"
    )
    once = load_text(text)
    again = load_text(yaml.safe_dump(once.resolved()))
    assert expand(again) == expand(once)


def test_all_stands_for_every_function_of_its_role(load_text):
    assert labels(load_text, "optimizer", "all") == [spec.name for spec in OPTIMIZERS]
    assert labels(load_text, "activation", "all") == [spec.name for spec in ACTIVATIONS if spec.hidden]
    assert labels(load_text, "output", "all") == [spec.name for spec in ACTIVATIONS if spec.output]
    text = "[all, {name: huber, delta: 2}]"
    assert labels(load_text, "loss", text) == [*(spec.name for spec in LOSSES), "huber(delta=2)"]


def test_what_all_has_already_is_a_repeat(load_text):
    with pytest.raises(UserError) as error:
        labels(load_text, "optimizer", "[all, adam]")
    assert "optimizer[1]: repeats entry [0] of this list, 'adam'" in str(error.value)


def test_values_that_differ_in_the_last_digit_alone_are_told_apart(load_text):
    text = "{name: sgd, momentum: [0.12345678, 0.12345679]}"
    assert labels(load_text, "optimizer", text) == ["sgd(momentum=0.12345678)", "sgd(momentum=0.12345679)"]


def test_a_label_of_ones_own_has_room_for_what_varies(problems_beside_a_task):
    assert problems_beside_a_task(f"optimizer: {{name: sgd, momentum: [0, 0.9], as: {'m' * 60}}}") == [
        "error: x.yaml:4:48: optimizer.as: 'mmmmmmmmmmmmmmmmmmmmmmmmmmm...mmmmmmmmmmmmmm(momentum=0.9)' can't be a "
        "label, which the settings' values make of it\n"
        "hint: shorten it, or leave it out; use 1 to 64 printable characters without '/' and without spaces at the ends"
    ]


def test_axes_that_multiply_beyond_any_memory_are_refused_at_once(problems_beside_a_task):
    values = [n / 1000 for n in range(1, 1001)]
    text = (
        f"activation: {{name: leaky_relu, negative_slope: {values}}}\n"
        f"output: {{name: leaky_relu, negative_slope: {values}}}\nloss: mse\noptimizer: [adam, sgd]"
    )
    assert problems_beside_a_task(text) == [
        "error: x.yaml:3:5: tasks[0]: stands for 2,000,000 pairings, before 'exclude'\n"
        "hint: at most 1,000,000 fit in one task"
    ]
