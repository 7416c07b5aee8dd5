"""Which pairings a reader's conditions leave, and how the terminal and JSON show them."""

import json

import pandas as pd
import pytest

from actloss_cli.errors import UserError
from actloss_cli.report.only import Only
from actloss_cli.report.selection import Selection, read_where, select
from actloss_cli.report.summary import selection_json
from actloss_cli.report.terminal_selection import render_selection

ROWS = {
    "a": ("moons", "relu", "identity", "mse", "adam", "works", True, "", ""),
    "b": ("moons", "relu", "sigmoid", "mae", "adam", "slow", True, "", "weak pull when wrong"),
    "c": ("moons", "leaky_relu(negative_slope=0.2)", "sigmoid", "mse", "sgd", "impaired", False, "x", "p | q"),
    "d": ("digits", "relu", "identity", "mse", "sgd", "undecided", False, "", ""),
    "e": ("digits", "tanh", "identity", "huber(delta=1, beta=2)", "sgd", "invalid", False, "x", ""),
}
FORM = 'write --where "loss=mse,activation=relu"; several values: "loss=mse|mae"'
COLUMNS = ["task", "activation", "output", "loss", "optimizer", "verdict", "works", "cause_name", "notice_names"]


@pytest.fixture
def pairings():
    return pd.DataFrame.from_dict(ROWS, orient="index", columns=COLUMNS).assign(kind="binary", dataset="moons")


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), "abcde"),
        (Selection(tasks=("digits",)), "de"),
        (Selection(only=Only.WORKS), "ab"),
        (Selection(only=Only.MISMATCHED), "ce"),
        (Selection(where=read_where(["loss=mse"])), "acd"),
        (Selection(where=read_where(["loss=mse|mae, output = sigmoid"])), "bc"),
        (Selection(where=read_where(["loss=mse", "loss=mae"])), "abcd"),
        (Selection(where=read_where(["activation=leaky_relu"])), "c"),
        (Selection(where=read_where(["loss=huber(delta=1, beta=2),activation=tanh"])), "e"),
        (Selection(where=read_where(["notice=q"])), "c"),
        (Selection(tasks=("digits",), only=Only.WORKS), ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_pairing_is_shown_where_all_conditions_hold(pairings, selection, expected):
    assert "".join(select(pairings, selection).index) == expected


@pytest.mark.parametrize(
    ("where", "message", "hint"),
    [
        (
            "loss",
            "--where: 'loss' is no condition",
            'write --where "loss=mse,activation=relu"; several values: "loss=mse|mae"',
        ),
        (
            "loss=",
            "--where: 'loss=' is no condition",
            'write --where "loss=mse,activation=relu"; several values: "loss=mse|mae"',
        ),
        ("los=mse", "--where: nothing is called 'los'", "did you mean 'loss'?"),
    ],
)
def test_a_condition_that_cannot_be_read_is_told(where, message, hint):
    with pytest.raises(UserError) as caught:
        read_where([where])
    (problem,) = caught.value.problems
    assert (problem.message, problem.hint) == (message, hint)


def test_every_value_that_occurs_nowhere_is_told(pairings):
    with pytest.raises(UserError) as caught:
        select(pairings, Selection(tasks=("moon",), where=read_where(["loss=msee,output=zzz"])))
    assert [(one.message, one.hint) for one in caught.value.problems] == [
        ("no pairing of these results has task 'moon'", "did you mean 'moons'?"),
        ("no pairing of these results has loss 'msee'", "did you mean 'mse'?"),
        ("no pairing of these results has output 'zzz'", "there are identity, sigmoid"),
    ]


def test_the_terminal_counts_the_chosen_and_says_how_to_see_the_rest(run, analysis, printed):
    pairings = analysis.pairings
    chosen = select(pairings, Selection(only=Only.WORKS))
    assert len(chosen) > 2
    said = printed(render_selection, run.name, pairings, chosen, "works", 1)
    assert said.startswith(f"{run.name}: {len(chosen)} of {len(pairings)} pairings: works\n")
    n_of_task = chosen["task"].value_counts()
    for task, n in n_of_task.items():
        assert f"{task}: {n} of " in said
        if n > 1:
            assert f"and {n - 1} more: --top {n} lists them" in said
    assert [line for line in said.splitlines() if len(line) > 80] == []


def test_json_holds_every_one_of_the_chosen(analysis):
    chosen = select(analysis.pairings, Selection(only=Only.MISMATCHED))
    found = json.loads(selection_json("s", chosen, len(analysis.pairings)))
    assert found["n_chosen"] == len(chosen) == len(found["pairings"])
    assert {one["pairing_id"] for one in found["pairings"]} == set(chosen.index)
