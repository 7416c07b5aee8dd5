"""What differs in how two runs were made, from provenance, configs and specs written out by hand."""

import copy

import pytest

from actloss_cli.analysis.setting_changes import SettingChange, compare_settings
from actloss_cli.store.settings import RunSettings

SESSION = {
    "started": "2025-01-01T00:00:00+00:00",
    "command": "actloss run grid",
    "actloss": "0.1.0",
    "engine_meaning": 2,
    "git_commit": None,
    "python": "3.11.2",
    "libraries": {"torch": "2.9.0", "numpy": "2.1.0"},
    "platform": "Linux",
    "instruction_set": "AVX2",
    "cores": 2,
    "device": "cpu",
    "workers": 2,
}
SGD = {"name": "sgd", "momentum": 0.0, "nesterov": False}
TASK = {
    "kind": "binary",
    "dataset": "moons",
    "label": "moons",
    "optimizer": [SGD, {"name": "adam", "beta1": 0.9}],
    "lr": {"points": 3},
    "seeds": {"tune": 2, "final": 3},
    "model": {"hidden": [8], "init": "torch"},
    "exclude": [],
}
SPEC = {"meaning": 2, "kind": "binary", "data": "0123456789abcdef", "model": {"hidden": [8], "init": "torch"}}
LABELS = ("moons", "rings")


def made(sessions=(SESSION,), change=lambda task: None, top=None, tasks=LABELS, **spec):
    """The settings of a run whose tasks are alike but for their label, after `change`."""
    configs = [copy.deepcopy(TASK) | {"label": label} for label in tasks]
    for config in configs:
        change(config)
    config = {"name": "grid", "tasks": configs, "exclude": [], **(top or {})}
    return RunSettings(list(sessions), config, dict.fromkeys(tasks, SPEC | spec))


def changes(before, after):
    return list(compare_settings(before, after).changes)


def test_the_same_settings_at_another_time_by_another_command_do_not_differ():
    later = SESSION | {"started": "2026-01-01T00:00:00+00:00", "command": "actloss run configs/grid.yaml"}
    compared = compare_settings(made(), made([later, later]))
    assert compared.changes == ()
    assert compared.unknown == ()
    assert compared.same_streams == set(LABELS)


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        ({"libraries": {"torch": "2.10.0", "numpy": "2.1.0"}}, ("versions", "torch", "2.9.0", "2.10.0")),
        ({"libraries": SESSION["libraries"] | {"llvmlite": "1"}}, ("versions", "llvmlite", None, "1")),
        ({"git_commit": "abc"}, ("versions", "git_commit", None, "abc")),
        ({"instruction_set": "AVX512"}, ("machine", "instruction_set", "AVX2", "AVX512")),
        ({"device": "cuda"}, ("machine", "device", "cpu", "cuda")),
    ],
)
def test_versions_and_machines_are_told_apart(session, expected):
    assert changes(made(), made([SESSION | session])) == [SettingChange(*expected)]


def test_a_run_of_several_sessions_has_the_versions_of_all():
    mixed = [SESSION, SESSION | {"python": "3.12.0"}, SESSION]
    assert changes(made(), made(mixed)) == [SettingChange("versions", "python", "3.11.2", ["3.11.2", "3.12.0"])]


def test_a_setting_that_changed_in_all_tasks_comes_once():
    after = made(change=lambda task: task["seeds"].update(final=5))
    assert changes(made(), after) == [SettingChange("config", "seeds.final", 3, 5, LABELS)]


def test_a_setting_that_changed_in_one_task_names_it():
    after = made(change=lambda task: task["model"].update(init="xavier") if task["label"] == "rings" else None)
    assert changes(made(), after) == [SettingChange("config", "model.init", "torch", "xavier", ("rings",))]


def test_settings_of_another_form_are_told_whole():
    after = made(change=lambda task: task.update(lr=[0.1]))
    assert changes(made(), after) == [SettingChange("config", "lr", {"points": 3}, [0.1], LABELS)]


def test_a_setting_of_a_function_is_named_after_it():
    after = made(change=lambda task: task["optimizer"][0].update(momentum=0.9))
    assert changes(made(), after) == [SettingChange("config", "optimizer.sgd.momentum", 0.0, 0.9, LABELS)]


def test_functions_that_came_and_went_are_listed_and_their_order_says_nothing():
    adam = TASK["optimizer"][1]
    lion = {"name": "lion", "beta1": 0.9}
    after = made(change=lambda task: task.update(optimizer=[lion, adam]))
    assert changes(made(), after) == [SettingChange("config", "optimizer", [SGD], [lion], LABELS)]
    assert changes(made(), made(change=lambda task: task["optimizer"].reverse())) == []


def test_namesakes_are_told_whole():
    swift = SGD | {"momentum": 0.9}
    after = made(change=lambda task: task["optimizer"].__setitem__(slice(0, 1), [swift, SGD | {"nesterov": True}]))
    (change,) = changes(made(), after)
    assert (change.before, change.after) == ([SGD], [swift, SGD | {"nesterov": True}])
    (change,) = changes(after, made())
    assert (change.before, change.after) == ([swift, SGD | {"nesterov": True}], [SGD])


def test_patterns_and_whatever_else_stands_at_the_top_are_compared():
    pattern = {"loss": "hinge"}
    after = made(top={"exclude": [pattern], "thresholds": {"margin": 0.1}})
    assert changes(made(), after) == [
        SettingChange("config", "exclude", [], [pattern]),
        SettingChange("config", "thresholds", None, {"margin": 0.1}),
    ]


def test_tasks_of_one_run_alone_are_not_compared():
    assert changes(made(), made(tasks=("moons", "circles"))) == []


def test_other_data_under_the_same_label_are_told_and_their_seeds_pair_no_more():
    compared = compare_settings(made(), made(data="fedcba9876543210"))
    assert [(change.group, change.name, change.tasks) for change in compared.changes] == [
        ("data", "fingerprint", (label,)) for label in LABELS
    ]
    assert compared.same_streams == frozenset()


@pytest.mark.parametrize(
    ("spec", "same"), [({"meaning": 3}, False), ({"kind": "multiclass"}, False), ({"model": {"hidden": [16]}}, True)]
)
def test_seeds_pair_where_the_engine_means_the_same_by_them(spec, same):
    assert (compare_settings(made(), made(**spec)).same_streams == set(LABELS)) == same


def test_what_is_not_there_is_not_compared_but_said():
    bare = RunSettings([], {}, {})
    compared = compare_settings(made(), bare)
    assert compared.changes == ()
    assert compared.same_streams == frozenset()
    assert compared.unknown == ("after has no provenance.json", "after has no config.yaml")
    assert compare_settings(bare, made()).unknown == ("before has no provenance.json", "before has no config.yaml")
