"""Which pairings a side means, and which are held against each other."""

from itertools import product

import pandas as pd
import pytest
from pydantic import ValidationError

from actloss_cli.claims.schema import Side
from actloss_cli.claims.sides import find_pairings, match, one_by_one

TASKS = (
    ("moons/plain", "binary", "moons", "plain"),
    ("moons/deep", "binary", "moons", "deep"),
    ("xor", "binary", "xor", ""),
)


@pytest.fixture
def pairings():
    rows = [
        (f"{task[0]}/{f}/sigmoid/bce/{optimizer}", *task, f, "sigmoid", "bce", optimizer)
        for task, f, optimizer in product(TASKS, ("relu", "silu", "relu6"), ("adam", "sgd(momentum=0.9)"))
    ]
    columns = ["pairing_id", "task", "kind", "dataset", "model", "activation", "output", "loss", "optimizer"]
    return pd.DataFrame(rows, columns=columns).set_index("pairing_id")


def found(pairings, **side):
    return find_pairings(Side(**side), pairings, ())


def test_a_label_means_itself_alone_an_alias_its_function_and_a_wildcard_all_that_fit(pairings):
    assert set(found(pairings, activation="relu")["activation"]) == {"relu"}
    assert set(found(pairings, activation="swish")["activation"]) == {"silu"}
    assert set(found(pairings, activation="relu*")["activation"]) == {"relu", "relu6"}
    assert set(found(pairings, optimizer="sgd*")["optimizer"]) == {"sgd(momentum=0.9)"}


def test_what_no_pairing_has_is_refused_with_what_is_near(pairings):
    with pytest.raises(ValidationError) as caught:
        found(pairings, activation="relu7")
    (error,) = caught.value.errors()
    assert error["loc"] == ("activation",)
    assert error["ctx"]["hint"] == "did you mean 'relu'?"


def test_pairs_differ_in_what_the_sides_name_and_in_nothing_else(pairings):
    matched = match(Side(activation="relu"), Side(activation="silu"), pairings, ())
    assert [one.label for one in matched] == ["moons/plain", "moons/deep", "xor"]
    assert all(one.share_data for one in matched)
    assert matched[0].pairs == (
        ("moons/plain/relu/sigmoid/bce/adam", "moons/plain/silu/sigmoid/bce/adam"),
        ("moons/plain/relu/sigmoid/bce/sgd(momentum=0.9)", "moons/plain/silu/sigmoid/bce/sgd(momentum=0.9)"),
    )


def test_models_are_compared_on_the_same_data(pairings):
    (one,) = match(Side(model="deep", activation="relu"), Side(model="plain", activation="relu"), pairings, ())
    assert one.tasks == ("moons/deep", "moons/plain")
    assert one.share_data
    assert [pair[0].replace("deep", "plain") for pair in one.pairs] == [pair[1] for pair in one.pairs]


def test_other_data_are_compared_without_pairing_seeds(pairings):
    (one,) = match(Side(dataset="xor"), Side(dataset="moons", model="plain"), pairings, ())
    assert not one.share_data
    assert len(one.pairs) == 6


def test_each_pair_can_stand_for_itself(pairings):
    matched = match(Side(activation="relu"), Side(activation="silu"), pairings, ())
    labels = [one.label for one in one_by_one(matched)]
    assert labels[0] == "moons/plain: relu/sigmoid/bce/adam"
    assert len(labels) == len(set(labels)) == 6
