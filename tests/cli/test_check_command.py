"""`actloss check`: a user's function is imported from the current folder, called, and its model is looked at."""

import json
import sys

import pytest

from tests.cli.test_commands import call

__all__ = ["call"]

MODULE = """\
import torch
from torch import nn

print("a word from the user's own code")


def build():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    return model, nn.CrossEntropyLoss(), torch.randn(32, 4), torch.randint(0, 3, (32,))


def faulty():
    model, loss_fn, inputs, targets = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model = nn.Sequential(model, nn.Softmax(dim=1))
    return dict(targets=targets, model=model, inputs=inputs, loss_fn=loss_fn, optimizer=optimizer)


def three():
    return build()[:3]


def raises():
    raise FileNotFoundError("no data.csv")
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "mymodule.py").write_text(MODULE)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "mymodule", raising=False)
    yield tmp_path
    sys.modules.pop("mymodule", None)


def test_a_healthy_model_exits_0_with_the_answer_alone_on_stdout(call, here):
    answer = call("check", "mymodule:build")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.endswith("\nok: nothing found\n")
    assert "a word from" not in answer.stdout
    assert "a word from" in answer.stderr


def test_an_error_exits_1_and_is_shown_within_the_width(call, here):
    answer = call("check", "mymodule:faulty", columns=60)
    assert answer.returncode == 1
    assert answer.stdout.startswith("error[softmax-applied-twice] model.1: softmax is applied")
    assert "\n1 error\n" in answer.stdout
    text = [line for line in answer.stdout.splitlines() if not line.startswith("    ")]
    assert max(map(len, text)) <= 60


def test_json_has_the_same_findings(call, here):
    answer = call("check", "mymodule:faulty", "--json")
    whole = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert [finding["rule"] for finding in whole["findings"]] == ["softmax-applied-twice"]
    assert whole["seen"]["loss"] == "cross_entropy"


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("mymodule", "'mymodule' is not MODULE:FUNCTION"),
        ("nothere:build", "'nothere' can't be imported: ModuleNotFoundError: No module named 'nothere'"),
        ("mymodule:nothing", "'mymodule' has no function 'nothing'"),
        ("mymodule:raises", "mymodule:raises raises FileNotFoundError: no data.csv"),
        ("mymodule:three", "mymodule:three gives 3 values: Sequential, CrossEntropyLoss, Tensor"),
    ],
)
def test_what_can_not_be_looked_at_exits_2_with_a_hint(call, here, factory, message):
    answer = call("check", factory)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert f"error: {message}\nhint: " in answer.stderr


def test_explain_tells_what_the_reference_grid_measured(call):
    answer = call("explain", "--task", "multiclass", "--output", "softmax", "--loss", "cross_entropy", columns=200)
    assert "\nmeasured in the reference grid: digits: " in answer.stdout
    assert "pairings work, median" in answer.stdout
    rare = call("explain", "--task", "binary", "--output", "probit", "--loss", "bce", columns=200)
    assert "measured in" not in rare.stdout
