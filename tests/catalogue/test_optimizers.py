"""Stacked updates are torch.optim's, step by step, with a learning rate per parameter."""

import pytest
import torch

from actloss_cli.catalogue import OPTIMIZERS

VARIANTS = [(spec, {}) for spec in OPTIMIZERS] + [
    (spec, hyper)
    for spec in OPTIMIZERS
    for hyper in {
        "sgd": [{"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
        "adam": [{"betas": (0.5, 0.9), "eps": 1e-3}],
        "rmsprop": [{"alpha": 0.9}],
        "adagrad": [{"eps": 1e-2}],
    }.get(spec.name, [])
]


@pytest.mark.parametrize(("spec", "changed"), VARIANTS, ids=lambda v: getattr(v, "name", str(v)))
def test_every_step_is_that_of_torch_optim(spec, changed):
    hyper = {**spec.hyper, **changed}
    generator = torch.Generator().manual_seed(5)
    start = torch.randn(2, 40, dtype=torch.float64, generator=generator)
    rates = (spec.lr_range[0] * 3, spec.lr_range[0] * 100)

    param = start.clone().flatten()
    lr = torch.tensor(rates, dtype=torch.float64).repeat_interleave(40)
    state = {name: torch.zeros_like(param) for name in spec.state_names(hyper)}
    expected = [row.clone().requires_grad_() for row in start]
    torchs = [
        spec.torch_class([row], lr=rate, **hyper, **spec.torch_kwargs)
        for row, rate in zip(expected, rates, strict=True)
    ]
    for step in range(1, 31):
        grad = torch.randn(2, 40, dtype=torch.float64, generator=generator)
        spec.update(param, grad.clone().flatten(), state, step, lr, hyper)
        for row, one, optimizer in zip(expected, grad, torchs, strict=True):
            row.grad = one
            optimizer.step()
        torch.testing.assert_close(
            param.view(2, 40), torch.stack([e.detach() for e in expected]), rtol=1e-12, atol=1e-14
        )


@pytest.mark.parametrize("spec", OPTIMIZERS, ids=lambda spec: spec.name)
def test_its_range_of_learning_rates_spans_four_decades(spec):
    low, high = spec.lr_range
    assert high / low == pytest.approx(1e4)
