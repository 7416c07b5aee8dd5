"""The emitted functions and updates against PyTorch's, in higher precision or by its other path."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.native import functions
from actloss_cli.native.activations_code import NATIVE_ACTIVATIONS
from actloss_cli.native.products import Activations, products

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
CASES: dict[str, tuple[str, tuple[float, ...], Callable[[Tensor], Tensor], float]] = {
    "identity": ("identity", (), lambda z: z * 1, 0),
    "relu": ("relu", (), torch.relu, 0),
    "leaky_relu": ("leaky_relu", (0.01,), F.leaky_relu, 1),
    "tanh": ("tanh", (), torch.tanh, 3),
    "sigmoid": ("sigmoid", (), torch.sigmoid, 3),
    "silu": ("silu", (), F.silu, 3),
    "elu": ("elu", (1.0, 1.0, 1.0), F.elu, 2),
    "selu": ("elu", (SELU_SCALE * SELU_ALPHA, SELU_SCALE, 1.0), F.selu, 3),
    "celu": ("elu", (2.0, 1.0, 0.5), lambda z: F.celu(z, 2.0), 3),
}
"""Our name and numbers, PyTorch's function, and how many units in the last place they may be apart."""


def case(name: str) -> tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor], Tensor], float]:
    native, numbers, exact, units = CASES[name]
    return lambda z, out: functions.apply(native, z, out, *numbers), exact, units


def test_every_function_has_a_case() -> None:
    assert {native for native, *_ in CASES.values()} == set(NATIVE_ACTIVATIONS)


@pytest.mark.parametrize("name", CASES)
def test_functions_keep_their_precision(name: str) -> None:
    ours, exact, units = case(name)
    tiny = torch.logspace(-30, 1.9, 1 << 14)
    z = torch.cat([torch.linspace(-80, 80, 1 << 16), tiny, -tiny])
    expected = exact(z.double())
    found = ours(z, torch.full_like(z, torch.nan)).double()
    nearest = expected.float().abs()
    unit = (torch.nextafter(nearest, torch.tensor(torch.inf)) - nearest).double().clamp_min(2.0**-149)
    assert ((found - expected).abs() / unit).max() <= units


@pytest.mark.parametrize("name", CASES)
def test_functions_at_the_ends(name: str) -> None:
    ours, exact, _ = case(name)
    z = torch.tensor([0.0, torch.inf, -torch.inf, torch.nan, 100.0, -100.0, 1e30, -1e30]).repeat(4)
    torch.testing.assert_close(ours(z, torch.empty_like(z)), exact(z), equal_nan=True, rtol=0, atol=1e-30)


@pytest.mark.parametrize("name", CASES)
def test_functions_work_in_place_and_without_whole_vectors(name: str) -> None:
    ours, exact, _ = case(name)
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


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_autograds(name: str) -> None:
    native, numbers, exact, _ = CASES[name]
    tiny = torch.logspace(-30, 1, 1 << 12)
    z = torch.cat([torch.linspace(-80, 80, 1 << 14), tiny, -tiny, torch.tensor([1e30, -1e30, 0.0, 1e-40]).repeat(8)])
    above = torch.linspace(-2, 2, len(z))
    leaf = z.double().requires_grad_()
    (expected,) = torch.autograd.grad(exact(leaf), leaf, above.double())
    saved = z if NATIVE_ACTIVATIONS[native].saves == "input" else functions.apply(native, z, z.clone(), *numbers)
    found = above.clone()
    functions.gradient(native, found, saved, *numbers)
    torch.testing.assert_close(found.double(), expected, rtol=1e-6, atol=1e-6)
    odd = above[:33].clone()
    functions.gradient(native, odd, saved[:33], *numbers)
    torch.testing.assert_close(odd, found[:33], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_nan_shows_in_the_gradient_there_alone(name: str) -> None:
    native, numbers, _, _ = CASES[name]
    grad, saved = torch.ones(64), torch.linspace(-3, 3, 64)
    grad[5] = torch.nan
    functions.gradient(native, grad, saved, *numbers)
    passes = [] if name == "relu" else [5]
    assert grad.isnan().nonzero().flatten().tolist() == passes
    if native in ("silu", "tanh", "sigmoid"):
        grad, saved[7] = torch.ones(64), torch.nan
        functions.gradient(native, grad, saved, *numbers)
        assert grad.isnan().nonzero().flatten().tolist() == [7]


@pytest.mark.parametrize("in_place", [False, True])
def test_what_follows_a_product_is_what_would_follow_it_alone(in_place: bool) -> None:
    draw = torch.Generator().manual_seed(0)
    cases = [*CASES.values(), None]
    T, n_out, n_in, B = len(cases), 5, 7, 64
    weight, bias, x, above = (
        torch.randn(shape, generator=draw) for shape in ((T, n_out, n_in), (T, n_out, 1), (T, n_in, B), (T, 3, B))
    )
    functions_of = [None if one is None else (one[0], one[1]) for one in cases]
    z, pick = torch.empty(T, n_out, B), torch.arange(T)
    y = z if in_place else torch.zeros_like(z)
    then = Activations(functions_of, z, y)
    ours, plain = products(torch.float32), torch.empty_like(z)
    ours.forward(z, weight, bias, x, pick, then)
    ours.forward(plain, weight, bias, x, pick)
    for t, one in enumerate(functions_of):
        if one is None:
            assert torch.equal(z[t], plain[t])
        else:
            assert torch.equal(y[t], functions.apply(one[0], plain[t], torch.empty(n_out, B), *one[1]))
    upper = torch.randn(T, 3, n_out, generator=draw)
    fused, alone = torch.empty(T, n_out, B), torch.empty(T, n_out, B)
    ours.below(fused, upper, above, then)
    ours.below(alone, upper, above)
    for t, one in enumerate(functions_of):
        if one is not None:
            saved = y[t] if NATIVE_ACTIVATIONS[one[0]].saves == "output" else z[t]
            functions.gradient(one[0], alone[t], saved, *one[1])
        assert torch.equal(fused[t], alone[t])
