"""Models of one's own: side by side through torch.func as in the plain loop, or by the loop where they can't be."""

import json

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from actloss_cli.catalogue import UnknownFunction
from actloss_cli.cli.app import app
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from actloss_cli.extending.models import load_model
from actloss_cli.plan.stacks import choose_way
from tests.engine.builders import make_dataset, make_trial
from tests.tiny_grid import actloss

MODULE = """\
from torch import nn


class Skipping(nn.Module):
    def __init__(self, activation, n_in, n_out):
        super().__init__()
        self.first, self.second, self.head = nn.Linear(n_in, 6), nn.Linear(6, 6), nn.Linear(6, n_out)
        self.f, self.g = activation(), activation()

    def forward(self, x):
        h = self.f(self.first(x))
        return self.head(h + self.g(self.second(h)))


def skipping(activation, units):
    return Skipping(activation, *units)


def normalised(activation, units):
    return nn.Sequential(nn.Linear(units[0], 6), nn.BatchNorm1d(6), activation(), nn.Linear(6, units[1]))


def dropping(activation, units):
    return nn.Sequential(nn.Linear(units[0], 6), activation(), nn.Dropout(0.5), nn.Linear(6, units[1]))


def one_output(activation, units):
    return nn.Linear(units[0], 1)


def no_module(activation, units):
    return 3


def raising(activation, units):
    raise KeyError("width")


class NoFactory:
    pass
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    (folder / "own_models.py").write_text(MODULE)
    return str(folder)


@pytest.mark.parametrize(("name", "way"), [("skipping", "stack"), ("normalised", "loop"), ("dropping", "loop")])
def test_a_model_is_stacked_where_rows_and_trials_stay_apart(folder, name, way):
    model = load_model(f"python:own_models:{name}", [folder], 5)
    assert choose_way(make_trial(model=model)) == way
    assert choose_way(make_trial(activation="prelu", model=model)) == "loop"
    assert choose_way(make_trial(optimizer="adafactor", model=model)) == "loop"


@pytest.mark.parametrize(("kind", "optimizer"), [("binary", "adam"), ("multiclass", "sgd"), ("regression", "rmsprop")])
def test_side_by_side_it_trains_as_in_the_plain_loop(folder, kind, optimizer):
    model = load_model("python:own_models:skipping", [folder], 5)
    trials = [
        make_trial(kind, activation, optimizer=optimizer, lr=lr, seed=seed, phase="final", model=model)
        for activation, lr, seed in [("relu", 1e-2, 0), ("tanh", 1e-2, 1), ("tanh", 1e-3, 0)]
    ]
    dataset = make_dataset(kind)
    stacked = StackedTraining(trials, dataset, dtype=torch.float64).run()
    for trial, found in zip(trials, stacked, strict=True):
        expected = PlainTraining(trial, dataset, dtype=torch.float64).run()
        assert found.status == expected.status == "done"
        for name, curve in expected.curves.items():
            np.testing.assert_allclose(found.curves[name], curve, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(found.diagnostics, expected.diagnostics, rtol=1e-4, atol=1e-6)


def test_packing_does_not_show(folder):
    model = load_model("python:own_models:skipping", [folder], 5)
    trials = [
        make_trial("binary", activation, lr=lr, seed=seed, phase="final", model=model)
        for activation, lr, seed in [("relu", 1e-2, 0), ("tanh", 1e-2, 1), ("tanh", 1e-3, 0), ("tanh", 1.0, 2)]
    ]
    dataset = make_dataset("binary")
    whole = StackedTraining(trials, dataset).run()
    for trial, expected in zip(trials, whole, strict=True):
        (found,) = StackedTraining([trial], dataset).run()
        assert {name: curve.tobytes() for name, curve in found.curves.items()} == {
            name: curve.tobytes() for name, curve in expected.curves.items()
        }
        assert found.metrics == expected.metrics


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("one_output", "makes a model that gives [8, 1] for [8, 5] and 3 outputs"),
        ("no_module", "gives a int, not an nn.Module"),
        ("raising", "raises KeyError: 'width', given "),
    ],
)
def test_a_factory_that_makes_no_such_model_is_told(folder, name, message):
    with pytest.raises(UnknownFunction) as refusal:
        load_model(f"python:own_models:{name}", [folder], 5)
    assert refusal.value.message == f"'python:own_models:{name}' {message}"


def test_a_class_is_no_factory(folder):
    with pytest.raises(UnknownFunction, match="'python:own_models:NoFactory' is a class, not a model's factory"):
        load_model("python:own_models:NoFactory", [folder], 5)


def test_a_run_trains_it_beside_others_and_is_reported_without_the_code(tmp_path, monkeypatch):
    (tmp_path / "own_nets.py").write_text(MODULE)
    (tmp_path / "own.yaml").write_text(
        "name: own\ntasks: [{kind: binary, dataset: moons}]\nactivation: [relu, tanh]\noutput: sigmoid\nloss: bce\n"
        "optimizer: adam\nlr: 0.05\nseeds: {tune: 1, final: 2}\ntraining: {epochs: 4, batch_size: 128}\n"
        "model: ['python:own_nets:skipping', {kind: 'python:own_nets:normalised', as: bn}, {hidden: [8]}]\n"
    )
    monkeypatch.chdir(tmp_path)
    assert "is code of one's own, and nothing of it was imported" in str(
        CliRunner().invoke(app, ["plan", "own.yaml"]).exception
    )
    answer = actloss("run", "own.yaml", "--allow-code", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    (tmp_path / "own_nets.py").write_text("raise SystemExit('imported')\n")
    report = CliRunner().invoke(app, ["report", "results/own", "--no-figures"])
    assert report.exception is None
    export = CliRunner().invoke(app, ["export", "results/own", "--table", "trials", "--format", "json"])
    ways = {(row["task"], row["way"], row["status"]) for row in json.loads(export.stdout)}
    assert len(ways) == 3
    assert {way for task, way, _ in ways if task == "moons/bn"} == {"loop"}
    assert {status for *_, status in ways} == {"done"}
