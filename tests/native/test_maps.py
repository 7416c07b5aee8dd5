"""The emitted functions and updates against PyTorch's, in higher precision or by its other path."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.native import functions

CASES: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor], Tensor], float]] = {
    "tanh": (functions.tanh, torch.tanh, 3),
    "sigmoid": (functions.sigmoid, torch.sigmoid, 3),
    "silu": (functions.silu, F.silu, 3),
    "elu": (lambda z, out: functions.elu(z, out, 1.0, 1.0, 1.0), F.elu, 2),
    "selu": (
        lambda z, out: functions.elu(z, out, 1.6732632423543772, 1.0507009873554805, 1.0),
        F.selu,
        3,
    ),
}
"""Ours, PyTorch's, and how many units in the last place they may be apart."""


@pytest.mark.parametrize("name", CASES)
def test_functions_keep_their_precision(name: str) -> None:
    ours, exact, units = CASES[name]
    tiny = torch.logspace(-30, 1.9, 1 << 14)
    z = torch.cat([torch.linspace(-80, 80, 1 << 16), tiny, -tiny])
    expected = exact(z.double())
    found = ours(z, torch.full_like(z, torch.nan)).double()
    nearest = expected.float().abs()
    unit = (torch.nextafter(nearest, torch.tensor(torch.inf)) - nearest).double().clamp_min(2.0**-149)
    assert ((found - expected).abs() / unit).max() <= units


@pytest.mark.parametrize("name", CASES)
def test_functions_at_the_ends(name: str) -> None:
    ours, exact, _ = CASES[name]
    z = torch.tensor([0.0, torch.inf, -torch.inf, torch.nan, 100.0, -100.0, 1e30, -1e30]).repeat(4)
    torch.testing.assert_close(ours(z, torch.empty_like(z)), exact(z), equal_nan=True, rtol=0, atol=1e-30)


@pytest.mark.parametrize("name", CASES)
def test_functions_work_in_place_and_without_whole_vectors(name: str) -> None:
    ours, exact, _ = CASES[name]
    z = torch.linspace(-3, 3, 64)
    in_place = z.clone()
    assert torch.equal(ours(in_place, in_place), ours(z, torch.empty_like(z)))
    odd = torch.linspace(-3, 3, 33)
    assert torch.equal(ours(odd, torch.empty_like(odd)), exact(odd))
    double = z.double()
    assert torch.equal(ours(double, torch.empty_like(double)), exact(double))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize(
    "choice",
    [
        Choice.of("adam"),
        Choice.of("adamw"),
        Choice.of("rmsprop"),
        Choice.of("adagrad"),
        Choice("sgd", (("momentum", 0.9), ("dampening", 0.1))),
    ],
    ids=lambda choice: choice.name,
)
def test_updates_are_those_of_the_path_without_emitted_code(choice: Choice, dtype: torch.dtype) -> None:
    spec = catalogue.optimizer(choice.name)
    hyper = choice.hyper(spec)
    assert spec.update is not None
    results = []
    for n in (64, 33):  # whole vectors, and not
        draw = torch.Generator().manual_seed(0)
        param = torch.linspace(-1, 1, 64, dtype=dtype)[:n].clone()
        lr = torch.logspace(-3, -1, 64, dtype=dtype)[:n].clone()
        state = {name: torch.zeros_like(param) for name in spec.state_names(hyper)}
        for step in range(1, 6):
            grad = torch.randn(64, generator=draw, dtype=dtype)[:n].clone()
            spec.update(param, grad, state, step, lr, hyper)
        results.append(param[:33])
    room = 20 * torch.finfo(dtype).eps
    torch.testing.assert_close(results[0], results[1], rtol=room, atol=room)
    assert not torch.equal(results[0], torch.linspace(-1, 1, 64, dtype=dtype)[:33])


def test_the_gradient_of_silu_is_autograds() -> None:
    tiny = torch.logspace(-30, 1, 1 << 12)
    z = torch.cat([torch.linspace(-100, 100, 1 << 14), tiny, -tiny, torch.tensor([1e30, -1e30, 0.0, 1e-40]).repeat(8)])
    above = torch.linspace(-2, 2, len(z))
    exact = z.double().requires_grad_()
    (expected,) = torch.autograd.grad(F.silu(exact), exact, above.double())
    found = above.clone()
    functions.silu_gradient(found, z)
    torch.testing.assert_close(found.double(), expected, rtol=1e-6, atol=1e-6)
    odd = above[:33].clone()
    functions.silu_gradient(odd, z[:33])
    torch.testing.assert_close(odd, found[:33], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("place", ["grad", "z"])
def test_nan_shows_in_the_gradient_of_silu_there_alone(place: str) -> None:
    grad, z = torch.ones(64), torch.linspace(-3, 3, 64)
    {"grad": grad, "z": z}[place][5] = torch.nan
    functions.silu_gradient(grad, z)
    assert grad.isnan().nonzero().flatten().tolist() == [5]
