"""A small real run reads as one who knows the functions expects: what works, what fails, what PyTorch refuses."""

import json

import pytest

from tests.tiny_grid import actloss

CONFIG = """\
name: expectations
tasks:
  - {kind: regression, dataset: friedman1, output: [identity, sigmoid], loss: mse}
  - {kind: binary, dataset: moons, output: [identity, sigmoid, softmax], loss: bce}
  - {kind: multiclass, dataset: digits, output: [identity, softmax], loss: cross_entropy}
activation: [relu, tanh]
optimizer: adam
lr: {from: 0.003, to: 0.03, points: 3}
seeds: {tune: 2, final: 6}
model: {hidden: [32]}
training: {epochs: 25, batch_size: 64}
"""
HIDDEN = pytest.mark.parametrize("activation", ["relu", "tanh"])


@pytest.fixture(scope="module")
def row_of(tmp_path_factory):
    """The exported row of a task, hidden activation and output."""
    folder = tmp_path_factory.mktemp("expectations")
    (folder / "expectations.yaml").write_text(CONFIG)
    run = actloss("run", "expectations.yaml", cwd=folder)
    assert run.returncode == 0, run.stderr
    export = actloss("export", "results/expectations", "--format", "json", cwd=folder)
    assert export.returncode == 0, export.stderr
    rows = {(row["task"], row["activation"], row["output"]): row for row in json.loads(export.stdout)}
    return lambda *key: rows[key]


def test_sigmoid_with_bce_works_on_moons(row_of):
    row = row_of("moons", "relu", "sigmoid")
    assert row["verdict"] == "works"
    assert row["score"] > 0.9


@HIDDEN
def test_bce_on_an_identity_output_is_invalid_in_the_words_of_pytorch(row_of, activation):
    row = row_of("moons", activation, "identity")
    assert row["verdict"] == "invalid"
    assert "all elements of input should be between 0 and 1" in row["reason"]
    assert row["score"] is None


@HIDDEN
def test_softmax_over_one_unit_is_constant_and_fails_at_chance(row_of, activation):
    row = row_of("moons", activation, "softmax")
    assert row["verdict"] == "fails"
    assert row["score"] == 0.5


@HIDDEN
def test_identity_with_mse_works_on_a_regression(row_of, activation):
    row = row_of("friedman1", activation, "identity")
    assert row["verdict"] == "works"
    assert row["score"] > 0.85


@HIDDEN
def test_a_sigmoid_cannot_reach_standardised_targets_below_0_or_above_1(row_of, activation):
    row = row_of("friedman1", activation, "sigmoid")
    assert row["verdict"] in ("impaired", "fails")
    # A unit-normal target clipped to [0, 1] keeps R2 = 1 - E[(z - clip(z))^2] = 0.425.
    assert row["score"] < 0.43


@HIDDEN
@pytest.mark.parametrize("output", ["identity", "softmax"])
def test_cross_entropy_classifies_digits_even_where_softmax_is_applied_twice(row_of, activation, output):
    row = row_of("digits", activation, output)
    assert row["score"] > 0.95
    assert row["verdict"] == "works" or output == "softmax"
