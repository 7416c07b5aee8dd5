"""Predicted against measured verdicts, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from actloss_cli.analysis.agreement import (
    agreement_by,
    agreement_of,
    agreement_table,
    confusion,
    disagreement_groups,
    disagreements,
)

COLUMNS = "task kind activation output loss optimizer predicted verdict relative cause_name"
ROWS = [
    ("moons", "binary", "relu", "sigmoid", "bce", "sgd", "works", "works", 1.0, ""),
    ("moons", "binary", "relu", "sigmoid", "bce", "adam", "works", "slow", 0.99, ""),
    ("moons", "binary", "tanh", "sigmoid", "bce", "sgd", "works", "impaired", 0.8, "too few steps"),
    ("moons", "binary", "tanh", "sigmoid", "bce", "adam", "works", "undecided", 0.94, ""),
    ("moons", "binary", "relu", "softmax", "bce", "sgd", "fails", "fails", 0.0, "softmax over one unit"),
    ("moons", "binary", "relu", "softmax", "bce", "adam", "fails", "unstable", 0.4, "softmax over one unit"),
    ("moons", "binary", "tanh", "softmax", "bce", "sgd", "impaired", "works", 0.97, ""),
    ("moons", "binary", "relu", "relu", "bce", "sgd", "invalid", "invalid", np.nan, "outside the loss's domain"),
    ("digits", "multiclass", "relu", "identity", "nll", "sgd", "fails", "diverges", np.nan, "loss unbounded below"),
    ("digits", "multiclass", "relu", "identity", "nll", "adam", "fails", "no signal", np.nan, ""),
    ("digits", "multiclass", "relu", "softmax", "nll", "sgd", "works", "fails", 0.1, "weak pull when wrong"),
    ("digits", "multiclass", "tanh", "softmax", "nll", "sgd", "works", "fails", 0.2, "weak pull when wrong"),
]


@pytest.fixture
def pairings() -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=COLUMNS.split(), index=[f"p{n}" for n in range(len(ROWS))])
    return frame.assign(predicted_rule="rule", predicted_reason="theory says", reason="measured so", cause="because")


def test_shares_are_those_of_the_mismatched_without_the_invalid_and_the_open(pairings):
    found = agreement_of(pairings)
    assert (found.n, found.n_open) == (9, 2)
    assert (found.n_both, found.n_predicted, found.n_measured, found.n_right) == (3, 4, 6, 5)
    assert found.precision.mean == 3 / 4
    assert found.recall.mean == 3 / 6
    # Wilson (1927), 3 of 4: (p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n)
    assert (found.precision.low, found.precision.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_nothing_predicted_or_nothing_measured_has_no_share(pairings):
    found = agreement_of(pairings[pairings["verdict"].isin(["works", "slow"]) & (pairings["predicted"] == "works")])
    assert found.precision is None
    assert found.recall is None
    assert agreement_of(pairings[:0]).n == 0


def test_groups_come_in_their_order_without_what_was_never_trained(pairings):
    found = dict(agreement_by(pairings, ["output", "loss"]))
    assert list(found) == [("sigmoid", "bce"), ("softmax", "bce"), ("identity", "nll"), ("softmax", "nll")]
    assert (found["softmax", "bce"].n_both, found["softmax", "bce"].n_predicted) == (2, 3)
    assert found["identity", "nll"].n_open == 1


def test_the_table_has_all_then_kinds_tasks_and_heads(pairings):
    table = agreement_table(pairings)
    assert table["level"].tolist() == ["all", *["kind"] * 2, *["task"] * 2, *["output x loss"] * 4]
    assert table.loc[0, ["kind", "task", "output", "loss"]].tolist() == [""] * 4
    assert table.loc[1, ["kind", "n", "n_open", "n_both"]].tolist() == ["binary", 6, 1, 2]
    assert np.isnan(table.loc[table["output"] == "sigmoid", "precision"]).all()
    assert table["recall"].iloc[0] == 0.5


def test_the_confusion_table_counts_what_was_trained_in_the_order_of_the_verdicts(pairings):
    counts = confusion(pairings)
    assert counts.index.tolist() == ["works", "impaired", "fails"]
    assert counts.columns.tolist() == [
        *("works", "slow", "impaired", "fails", "unstable", "diverges", "undecided", "no signal"),
    ]
    assert counts.loc["works"].tolist() == [1, 1, 1, 2, 0, 0, 1, 0]
    assert counts.to_numpy().sum() == 11


def test_disagreements_begin_with_what_is_furthest_from_the_limit(pairings):
    assert disagreements(pairings).index.tolist() == ["p6", "p10", "p11", "p2"]


def test_disagreements_that_share_functions_rule_and_cause_are_one_group(pairings):
    groups = disagreement_groups(pairings)
    assert groups["n"].tolist() == [2, 1, 1]
    first = groups.iloc[0]
    assert (first["task"], first["output"], first["cause_name"]) == ("digits", "softmax", "weak pull when wrong")
    assert first["example"] == "relu/softmax/nll/sgd"
    assert (first["predicted_reason"], first["reason"]) == ("theory says", "measured so")
