"""What is invalid is decided from the declarations, and says why in PyTorch's own words where it has any."""

import pytest

from actloss_cli.catalogue import Choice
from actloss_cli.datasets.dataset import DatasetRef
from actloss_cli.plan.plan import make_plan
from actloss_cli.plan.trial import Pairing, Task, TaskGrid
from actloss_cli.plan.validity import invalid_reason


def reason(kind, output, loss):
    pairing = Pairing(Choice.of("relu"), Choice.of(output), Choice.of(loss), Choice.of("adam"))
    return invalid_reason(pairing, kind)


@pytest.mark.parametrize(
    ("kind", "output", "loss", "expected"),
    [
        (
            "binary",
            "identity",
            "bce",
            "bce takes values in [0, 1], identity gives (-inf, inf); "
            "PyTorch: all elements of input should be between 0 and 1",
        ),
        (
            "binary",
            "relu",
            "bce",
            "bce takes values in [0, 1], relu gives [0, inf); PyTorch: all elements of input should be between 0 and 1",
        ),
        ("binary", "identity", "huber", "huber has no coding for the target of a binary task (it serves regression)"),
        (
            "multiclass",
            "identity",
            "hinge",
            "hinge has no coding for the target of a multiclass task (it serves binary)",
        ),
        (
            "regression",
            "identity",
            "hinge",
            "hinge has no coding for the target of a regression task (it serves binary)",
        ),
    ],
)
def test_an_invalid_pairing_gives_its_reason(kind, output, loss, expected):
    assert reason(kind, output, loss) == expected


@pytest.mark.parametrize("loss", ["cross_entropy", "nll", "bce"])
def test_a_class_loss_on_a_regression_adds_what_torch_says(loss):
    ours, _, torchs = reason("regression", "identity", loss).partition("; PyTorch: ")
    assert ours == f"{loss} has no coding for the target of a regression task (it serves binary and multiclass)"
    assert torchs


@pytest.mark.parametrize(
    ("kind", "output", "loss"),
    [
        ("regression", "identity", "mse"),
        ("regression", "sigmoid", "mse"),
        ("binary", "sigmoid", "bce"),
        ("binary", "softmax", "bce"),
        ("multiclass", "softmax", "cross_entropy"),
        ("multiclass", "identity", "nll"),
        ("multiclass", "relu", "categorical_cross_entropy"),
    ],
)
def test_what_torch_accepts_is_trained_however_odd(kind, output, loss):
    assert reason(kind, output, loss) == ""


def test_a_negative_target_is_told_by_the_tasks_own_data():
    pairing = Pairing(Choice.of("relu"), Choice.of("identity"), Choice.of("poisson"), Choice.of("adam"))
    grids = [
        TaskGrid(Task(name, "regression", DatasetRef(name), fingerprint=name), (pairing,))
        for name in ("linear", "sine", "friedman1")
    ]
    reasons = [planned.invalid for planned in make_plan(grids).pairings]
    assert reasons == [
        "poisson takes targets that are not negative, this task's go down to -320.914",
        "poisson takes targets that are not negative, this task's go down to -1.57271",
        "",
    ]
