"""A check changes nothing: parameters, gradients, buffers, modes, hooks, attributes, generators of random numbers."""

import copy
import random

import numpy as np
import pytest
import torch
from torch import nn

from actloss_cli import check
from tests.checking.programs import names, program


class Stateful(nn.Module):
    """Counts its calls, keeps its last output, draws noise, and writes on its own weights."""

    def __init__(self):
        super().__init__()
        self.fc, self.norm, self.drop = nn.Linear(6, 3), nn.BatchNorm1d(3), nn.Dropout(0.5)
        self.calls, self.seen, self.last = 0, [], None
        self.register_buffer("average", torch.zeros(3))

    def forward(self, x):
        self.calls += 1
        self.seen.append(len(x))
        with torch.no_grad():
            self.fc.weight.mul_(0.5)
        x.add_(random.random() + float(np.random.rand()))
        self.last = self.drop(self.norm(self.fc(x)))
        self.average = 0.9 * self.average + 0.1 * self.last.detach().mean(0)
        self.more = True
        return self.last


def state(model):
    """All that may not change, by value."""
    return {
        "tensors": {name: value.clone() for name, value in model.state_dict().items()},
        "grads": {name: None if p.grad is None else p.grad.clone() for name, p in model.named_parameters()},
        "identities": [id(p) for p in (*model.parameters(), *model.buffers())],
        "flags": [p.requires_grad for p in model.parameters()],
        "modes": [module.training for module in model.modules()],
        "hooks": [
            (len(module._forward_hooks), len(module._forward_pre_hooks), len(module._forward_hooks_always_called))
            for module in model.modules()
        ],
        "attributes": [sorted(vars(module)) for module in model.modules()],
        "torch": torch.get_rng_state(),
        "numpy": np.random.get_state()[1],
        "python": random.getstate(),
    }


def assert_same(before, after):
    assert before.keys() == after.keys()
    for name in ("tensors", "grads"):
        for key, value in before[name].items():
            other = after[name][key]
            assert (value is None and other is None) or torch.equal(value, other), (name, key)
    for name in ("identities", "flags", "modes", "hooks", "attributes", "python"):
        assert before[name] == after[name], name
    assert torch.equal(before["torch"], after["torch"])
    assert (before["numpy"] == after["numpy"]).all()


def batch():
    return torch.randn(16, 6), torch.randint(0, 3, (16,))


@pytest.mark.parametrize("training", [True, False])
def test_a_model_that_keeps_state_has_the_state_of_before(training):
    model = Stateful().train(training)
    model.norm.eval()
    x, y = batch()
    nn.functional.cross_entropy(nn.Linear(6, 3)(x), y).backward()
    model.fc.weight.grad = torch.ones(3, 6)
    given, before = x.clone(), state(model)
    check(model, nn.CrossEntropyLoss(), x, y)
    assert_same(before, state(model))
    assert (model.calls, model.seen, model.last) == (0, [], None)
    assert torch.equal(x, given)


@pytest.mark.parametrize("name", names("faulty"))
def test_no_program_is_changed_whatever_its_fault(name):
    model, loss_fn, inputs, targets, *rest = program("faulty", name).build()
    before, kept = state(model), copy.deepcopy((inputs, targets))
    check(model, loss_fn, inputs, targets, *rest)
    assert_same(before, state(model))
    for one, other in zip(_tensors(kept), _tensors((inputs, targets)), strict=True):
        assert torch.equal(one.nan_to_num(), other.nan_to_num())


def _tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [tensor for part in parts for tensor in _tensors(part)]


def test_hooks_of_the_user_stay_and_run_though_the_forward_raises():
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(9, 3))
    called = []
    model[0].register_forward_hook(lambda *_: called.append(1))
    x, y = batch()
    before = state(model)
    assert not check(model, nn.CrossEntropyLoss(), x, y).ok
    assert called
    assert_same(before, state(model))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_a_caller_without_gradients_gets_the_same_answer(mode):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3), nn.Softmax(dim=1))
    x, y = batch()
    with mode():
        inside = check(model, nn.CrossEntropyLoss(), x, y)
        assert not torch.is_grad_enabled()
    assert str(inside) == str(check(model, nn.CrossEntropyLoss(), x, y))
    assert [finding.rule for finding in inside.findings] == ["softmax-applied-twice"]


def test_an_optimizer_is_looked_at_and_not_stepped():
    model = nn.Linear(6, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    before = copy.deepcopy(optimizer.state_dict())
    assert check(model, nn.CrossEntropyLoss(), *batch(), optimizer).ok
    assert optimizer.state_dict() == before


def test_frozen_layers_stay_frozen_and_are_no_fault():
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))
    model[0].requires_grad_(False)
    assert check(model, nn.CrossEntropyLoss(), *batch()).findings == ()
    assert [p.requires_grad for p in model.parameters()] == [False, False, True, True]
