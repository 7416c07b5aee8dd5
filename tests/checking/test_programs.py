"""Programs in the style of questions that people ask: faults are found, and healthy ones pass in silence."""

import pytest
import torch
from torch import nn

from actloss_cli import check
from tests.checking.programs import names, program

HARMLESS = {"log_softmax_cross_entropy": {"log-softmax-twice"}, "linear_autoencoder": {"no-non-linearity"}}
"""Healthy programs of which something is good to know."""


@pytest.mark.parametrize("name", names("faulty"))
def test_the_fault_is_found_told_and_mended(name):
    module = program("faulty", name)
    found = check(*module.build()).findings
    told = {finding.rule: finding for finding in found if finding.level != "note"}
    assert module.RULE in told, found
    assert len(told) <= 2, "what follows from a fault is no finding of its own"
    finding = told[module.RULE]
    assert finding.sentence
    assert finding.evidence or finding.fix


@pytest.mark.parametrize("name", names("healthy"))
def test_a_healthy_program_passes_in_silence(name):
    checked = check(*program("healthy", name).build())
    assert checked.ok
    assert {finding.rule for finding in checked.findings} == HARMLESS.get(name, set())
    assert all(finding.level == "note" for finding in checked.findings)


def test_there_are_enough_programs_of_both_kinds():
    assert len(names("faulty")) >= 25
    assert len(names("healthy")) >= 25


def test_a_fault_in_the_loss_is_the_same_as_in_the_model():
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    x, y = torch.randn(32, 8), torch.randint(0, 4, (32,))
    ways = [
        (nn.Sequential(body, nn.Softmax(dim=1)), nn.CrossEntropyLoss()),
        (body, lambda o, t: nn.functional.cross_entropy(o.softmax(-1), t)),
        (nn.Sequential(body, nn.Softmax(dim=1)), lambda o, t: -torch.log_softmax(o, 1)[range(32), t].mean()),
    ]
    found = [check(model, loss, x, y).findings for model, loss in ways]
    assert [[finding.rule for finding in one] for one in found] == [["softmax-applied-twice"]] * 3
