"""`actloss schema`: what loads is valid by it, slips are not, and the file that ships is what the command prints."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from actloss_cli.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS
from actloss_cli.config.document import Origin
from actloss_cli.config.json_schema import config_schema
from actloss_cli.config.load import load_config
from actloss_cli.config.shipped import shipped_configs
from actloss_cli.config.starter import starter_config
from actloss_cli.config.yaml_reader import read_yaml
from actloss_cli.errors import UserError
from tests.cli.test_commands import call

__all__ = ["call"]

ROOT = Path(__file__).parents[2]
TASK = "{kind: multiclass, dataset: digits}"


@pytest.fixture(scope="module")
def validator():
    schema = config_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def value_of(text):
    """As a config is read: 1e-3 is a number."""
    return read_yaml(text, Origin("x.yaml", ROOT)).value


def test_the_file_that_ships_is_what_the_command_prints(call):
    shipped = ROOT / "configs" / "actloss.schema.json"
    assert call("schema").stdout == shipped.read_text(encoding="utf-8"), "write it anew: make docs"


@pytest.mark.parametrize("path", shipped_configs().values(), ids=lambda path: path.stem)
def test_every_shipped_config_names_the_schema_and_is_valid_by_it(validator, path):
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    sign = "# yaml-language-server: $schema="
    assert first.startswith(sign)
    assert json.loads((path.parent / first.removeprefix(sign)).read_text(encoding="utf-8")) == validator.schema
    validator.validate(value_of(text))


@pytest.mark.parametrize("kind", [None, "regression", "binary", "multiclass"])
def test_starters_are_valid(validator, kind):
    validator.validate(value_of(starter_config(kind)))


@pytest.mark.parametrize("name", ["smoke", "everything"])
def test_a_resolved_config_is_valid_too(validator, name):
    validator.validate(yaml.safe_load(yaml.safe_dump(load_config(name).resolved())))


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("activation: [relu, gelo]", "activation"),
        ("activation: mse", "activation"),
        ("output: prelu", "output"),
        ("loss: {binery: bce}", "loss"),
        ("loss: []", "loss"),
        ("optimizer: {name: sgd, momentun: 0.9}", "optimizer"),
        ("optimizer: {name: sgd, momentum: 1.5}", "optimizer"),
        ("optimizer: {name: adam, betas: [0.9]}", "optimizer"),
        ("optimizer: {name: adam, schedule: cosin}", "optimizer"),
        ("optimizer: {momentum: 0.9}", "optimizer"),
        ("lr: 0", "lr"),
        ("lr: {point: 5}", "lr"),
        ("seeds: {tune: 3, final: 1}", "seeds"),
        ("seeds: 3", "seeds"),
        ("model: {hidden: 32}", "model"),
        ("model: {init: he}", "model"),
        ("training: {epochs: many}", "training"),
        ("verdict: {margin: 5}", "verdict"),
        ("exclude: [{los: mse}]", "exclude"),
        ("epochs: 5", None),
        ("tasks: [{kind: multiclass, dataset: digit}]", "tasks"),
        ("tasks: [{kind: classes, dataset: digits}]", "tasks"),
        ("tasks: [{dataset: digits}]", "tasks"),
        ("tasks: [{kind: multiclass, dataset: {csv: a.csv}}]", "tasks"),
        ("tasks: [{kind: multiclass, dataset: digits, label: a/b}]", "tasks"),
        ("name: my grid", "name"),
    ],
)
def test_a_slip_that_loading_refuses_is_marked_by_an_editor(validator, tmp_path, line, marked):
    key = line.partition(":")[0]
    usual = {"name": "name: x", "tasks": f"tasks: [{TASK}]"}
    text = "\n".join([line, *(given for name, given in usual.items() if name != key)])
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(UserError):
        load_config(str(tmp_path / "x.yaml"))
    errors = list(validator.iter_errors(value_of(text)))
    assert [error.path[0] if error.path else None for error in errors] == [marked]


@pytest.mark.parametrize(
    "line",
    [
        "lr: 0.1",
        "lr: [0.1, 1e-2]",
        "lr: {from: 1e-4, to: 1, points: 3}",
        "activation: {name: swish, as: mine}",
        "optimizer: [{name: rprop, etas: [[0.5, 1.2], [0.4, 1.1]]}, {name: adam, betas: [0.8, 0.9], amsgrad: true}]",
        "loss: {multiclass: [{name: cross_entropy, label_smoothing: [0, 0.1]}, nll], binary: bce}",
        "loss: {name: nll, class_weight: [none, balanced]}",
        "model: {hidden: []}",
        "exclude: [{task: '*', loss: nll}]",
    ],
)
def test_every_form_that_loads_is_valid(validator, tmp_path, line):
    text = f"name: x\ntasks: [{TASK}]\n{line}\n"
    (tmp_path / "x.yaml").write_text(text)
    load_config(str(tmp_path / "x.yaml"))
    validator.validate(value_of(text))


@pytest.mark.parametrize("dataset", ["openml:31", "{openml: 31}", "{openml: credit-g, target: class, missing: drop}"])
def test_a_dataset_of_openml_is_valid_in_every_form(validator, dataset):
    validator.validate(value_of(f"name: x\ntasks: [{{kind: binary, dataset: {dataset}}}]"))


FUNCTIONS = {"activation": [spec for spec in ACTIVATIONS if spec.hidden], "loss": LOSSES, "optimizer": OPTIMIZERS}


@pytest.mark.parametrize("role", FUNCTIONS)
def test_every_function_can_be_named_with_all_its_settings_at_their_defaults(validator, role):
    for spec in FUNCTIONS[role]:
        plain = {key: list(value) if isinstance(value, tuple) else value for key, value in spec.settings.items()}
        entries = [entry for name in (spec.name, *spec.aliases) for entry in (name, {"name": name, **plain})]
        validator.validate({"name": "x", "tasks": [value_of(TASK)], role: entries})
