"""The reference grid that ships: what is looked up in it, and how it is made from a run."""

import json
import math

import pandas as pd
import pytest

from actloss_cli.catalogue import activation, loss
from actloss_cli.reference.measured import COLUMNS, TABLE, Measured, Pairing, cost_of, measured_for, provenance
from actloss_cli.store.reader import read_run
from studies.reference import write_reference


def pairing(verdict, relative=1.0):
    return Pairing("binary", "moons", "relu", "sigmoid", "bce", "adam", 0.9, relative, 100.0, 0.1, verdict, "")


def test_the_table_that_ships_is_small_and_of_the_catalogue():
    table = pd.read_csv(TABLE)
    assert TABLE.stat().st_size < 300_000
    assert list(table.columns) == COLUMNS
    assert not table.duplicated(["dataset", "activation", "output", "loss", "optimizer"]).any()
    for name in table["output"].unique():
        assert activation(name).output
    for name in table["loss"].unique():
        assert loss(name)


def test_its_provenance_says_when_with_what_and_how_much():
    known = provenance()
    assert known["version"] == 1
    assert known["n_pairings"] == len(pd.read_csv(TABLE))
    assert {"started", "actloss", "libraries"} <= set(known["sessions"][-1])


def test_what_was_measured_is_counted_over_the_rest_of_the_pairing():
    rows = pd.read_csv(TABLE, keep_default_na=False)
    chosen = rows[(rows.kind == "multiclass") & (rows.output == "softmax") & (rows.loss == "cross_entropy")]
    (found,) = measured_for("multiclass", "softmax", "cross_entropy")
    assert found.dataset == "digits"
    assert len(found.pairings) == len(chosen)
    assert found.n_working == chosen.verdict.isin(["works", "slow"]).sum()
    assert measured_for("multiclass", "softmax", "focal") == ()


def test_a_sentence_has_counts_median_and_what_else_came_about():
    pairings = (pairing("works", 1.0), pairing("slow", 0.98), pairing("fails", 0.1), pairing("invalid", math.nan))
    assert Measured("moons", pairings).sentence == (
        "moons: 2 of 4 pairings work, median 98 % of the reference's gain; fails 1, invalid 1"
    )
    assert Measured("moons", (pairing("invalid", math.nan),)).sentence == "moons: 0 of 1 pairings work; invalid 1"


def test_a_cost_stands_beside_the_same_pairing_with_the_remedy():
    rows = pd.read_csv(TABLE)
    usual = rows[(rows.dataset == "digits") & (rows.activation == "relu") & (rows.optimizer == "adam")]
    by_output = usual[usual.loss == "cross_entropy"].set_index("output")
    ours, theirs = by_output.loc["softmax"], by_output.loc["identity"]
    told = cost_of("multiclass", "softmax", "cross_entropy", {"output": "identity"})
    assert told.startswith(f"on digits: score {100 * (ours.score - theirs.score):+.1f}".replace("-0.0", "+0.0"))
    assert f"log loss {ours.log_loss / theirs.log_loss:.3g} times" in told
    assert f"{ours.steps / theirs.steps:.3g} times the steps" in told
    assert cost_of("multiclass", "softmax", "cross_entropy", {}) == ""
    assert cost_of(None, "softmax", "cross_entropy", {"output": "identity"}) == ""


def test_a_run_becomes_a_table_with_a_row_per_pairing(tiny_run, tmp_path):
    run = read_run(tiny_run)
    table = pd.read_csv(write_reference(run, tmp_path))
    assert list(table.columns) == COLUMNS
    assert len(table) == len(run.pairings)
    written = json.loads((tmp_path / "provenance.json").read_text())
    assert written["config"] == "tiny"
    assert "command" not in written["sessions"][0]
    invalid = table[table.verdict == "invalid"]
    assert len(invalid)
    assert invalid.score.isna().all()
    done = table[table.score.notna()]
    assert done.score.max() == pytest.approx(1, abs=0.3)
