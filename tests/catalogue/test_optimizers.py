"""Stacked updates are those of torch.optim, step by step; who mixes across a stack is found by trying."""

import itertools

import pytest
import torch

from actloss_cli.catalogue import OPTIMIZERS

STACKABLE = [spec for spec in OPTIMIZERS if spec.stackable]
CHANGED = {
    "sgd": [
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.9, "dampening": 0.5},
        {"weight_decay": 0.1},
        {"momentum": 0.5, "weight_decay": 0.1},
    ],
    "adam": [{"betas": (0.5, 0.9), "eps": 1e-3}, {"weight_decay": 0.1}, {"amsgrad": True}],
    "adamw": [{"weight_decay": 0.0}, {"weight_decay": 1.0, "amsgrad": True}],
    "adamax": [{"betas": (0.5, 0.9)}, {"weight_decay": 0.1}],
    "nadam": [
        {"momentum_decay": 0.1},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    ],
    "radam": [
        {"betas": (0.9, 0.5)},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    ],
    "rmsprop": [{"alpha": 0.9}, {"momentum": 0.9}, {"centered": True}, {"centered": True, "momentum": 0.5}],
    "adagrad": [{"eps": 1e-2}, {"lr_decay": 0.1}, {"weight_decay": 0.1}],
    "adadelta": [{"rho": 0.5}, {"weight_decay": 0.1}],
    "adafactor": [{"beta2_decay": -0.5}, {"d": 2.0}, {"weight_decay": 0.1}],
    "rprop": [{"etas": (0.3, 1.5)}, {"step_sizes": (1e-3, 1e-1)}],
    "asgd": [{"lambd": 0.1, "alpha": 0.5}, {"weight_decay": 0.1}],
}
VARIANTS = [(spec, changed) for spec in STACKABLE for changed in ({}, *CHANGED[spec.name])]
SHAPES = {"matrices": (2, 5, 8), "column": (2, 9, 1), "vectors": (2, 40), "one": (2, 1)}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize(("spec", "changed"), VARIANTS, ids=lambda v: getattr(v, "name", str(v)))
def test_every_step_is_that_of_torch_optim(spec, changed, shape):
    hyper = {**spec.hyper, **changed}
    generator = torch.Generator().manual_seed(5)
    param = torch.randn(shape, dtype=torch.float64, generator=generator)
    rates = (spec.lr_range[0] * 3, spec.lr_range[0] * 300)
    one_a_trial = torch.tensor(rates, dtype=torch.float64).view(-1, *[1] * (len(shape) - 1))
    lr = one_a_trial.expand(shape).clone() if spec.elementwise else one_a_trial
    state = {name: torch.zeros_like(param) for name in spec.state_names(hyper)}
    expected = [row.clone().requires_grad_() for row in param]
    torchs = [
        spec.torch_class([row], lr=rate, **hyper, **spec.torch_kwargs)
        for row, rate in zip(expected, rates, strict=True)
    ]
    for step in range(1, 31):
        grad = torch.randn(shape, dtype=torch.float64, generator=generator)
        spec.update(param, grad.clone(), state, step, lr, hyper)
        for row, one, optimizer in zip(expected, grad, torchs, strict=True):
            row.grad = one.clone()
            optimizer.step()
        torch.testing.assert_close(param, torch.stack([e.detach() for e in expected]), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("spec", OPTIMIZERS, ids=lambda spec: spec.name)
def test_torch_itself_says_whether_an_update_is_elementwise(spec):
    """Two matrices trained as one tensor end where they end apart, just where no element's step depends on others."""
    target = torch.randn(2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    curvature = torch.tensor([1.0, 5.0], dtype=torch.float64).view(2, 1, 1)

    def train(parameters, loss):
        optimizer = spec.torch_class(
            [(f"w{i}", w) for i, w in enumerate(parameters)], lr=0.01, **spec.hyper, **spec.torch_kwargs
        )

        def closure():
            optimizer.zero_grad()
            value = loss()
            value.backward()
            return value

        for _ in range(10):
            optimizer.step(closure)
        return [w.detach() for w in parameters]

    apart = [torch.zeros(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    for w, c, t in zip(apart, curvature, target, strict=True):
        train([w], lambda w=w, c=c, t=t: (c * (w - t).square()).sum())
    together = torch.zeros(2, 3, 4, dtype=torch.float64, requires_grad=True)
    train([together], lambda: torch.sum(curvature * (together - target).square()))
    same = torch.allclose(together.detach(), torch.stack([w.detach() for w in apart]), rtol=1e-9, atol=1e-12)
    assert same == spec.elementwise or spec.name == "muon", "Muon steps on no tensor of three dimensions"


@pytest.mark.parametrize("spec", OPTIMIZERS, ids=lambda spec: spec.name)
def test_an_optimizer_that_sizes_its_steps_follows_neither_the_rate_nor_the_gradients_size(spec):
    """Tried on torch's class: from the second step on another rate, and gradients of half the size."""

    def train(rate, scale):
        w = torch.zeros(3, 4, dtype=torch.float64, requires_grad=True)
        optimizer = spec.torch_class([("hidden", w)], lr=0.01, **spec.hyper, **spec.torch_kwargs)

        def closure():
            optimizer.zero_grad()
            loss = (w - 1).square().sum()
            loss.backward()
            w.grad.mul_(scale)
            return loss

        for _ in range(5):
            optimizer.step(closure)
            optimizer.param_groups[0]["lr"] = rate
        return w.detach()

    usual = train(0.01, 1.0)
    follows_neither = torch.equal(train(0.005, 1.0), usual) and torch.equal(train(0.01, 0.5), usual)
    assert spec.sizes_its_steps == follows_neither


@pytest.mark.parametrize("spec", OPTIMIZERS, ids=lambda spec: spec.name)
def test_its_range_of_learning_rates_spans_four_decades(spec):
    low, high = spec.lr_range
    assert high / low == pytest.approx(1e4)


def test_every_dense_optimizer_of_torch_is_in_the_catalogue():
    classes = {
        name
        for name, value in vars(torch.optim).items()
        if isinstance(value, type) and issubclass(value, torch.optim.Optimizer) and value is not torch.optim.Optimizer
    }
    known = {word for spec in OPTIMIZERS for word in spec.torch_name.replace("torch.optim.", "").split(" with ")}
    assert classes - known == {"SparseAdam"}


def test_muon_steps_hidden_matrices_and_leaves_the_rest_to_adamw():
    spec = next(spec for spec in OPTIMIZERS if spec.name == "muon")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Linear(6, 5), torch.nn.Linear(5, 2))
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    optimizer = spec.torch_class(model.named_parameters(), lr=0.01, **spec.hyper)
    x = torch.randn(8, 4)
    model(x).square().mean().backward()
    alone = {name: value.clone().detach().requires_grad_() for name, value in model.named_parameters()}
    for name, value in model.named_parameters():
        alone[name].grad = value.grad.clone()
    optimizer.step()
    hidden = [alone["0.weight"], alone["1.weight"]]
    muon = torch.optim.Muon(hidden, 0.01, spec.hyper["weight_decay"], adjust_lr_fn="match_rms_adamw")
    adamw = torch.optim.AdamW(
        [w for w in alone.values() if all(w is not h for h in hidden)], 0.01, weight_decay=spec.hyper["weight_decay"]
    )
    muon.step()
    adamw.step()
    for name, value in model.named_parameters():
        torch.testing.assert_close(value.detach(), alone[name].detach(), rtol=0, atol=1e-6)
        assert not torch.equal(value.detach(), before[name])


@pytest.mark.parametrize("spec", OPTIMIZERS, ids=lambda spec: spec.name)
def test_a_torch_class_takes_every_hyperparameter_at_its_default(spec):
    weights = [(name, torch.zeros(2, 2, requires_grad=True)) for name in ("a", "b")]
    optimizer = spec.torch_class(weights, lr=spec.lr_range[0], **spec.hyper, **spec.torch_kwargs)
    names = set(itertools.chain.from_iterable(optimizer.param_groups))
    assert set(spec.hyper) <= names
