"""The emitted products against closed forms, on every kind of tile that a processor may get."""

import pytest
import torch

from actloss_cli.native.machine import Target, host_target
from actloss_cli.native.products import Products

SHAPES = [(1, 1, 1, 32), (3, 4, 20, 64), (5, 32, 2, 64), (2, 10, 32, 32), (2, 33, 17, 96), (2, 13, 70, 512)]
"""Trials, units above and below, rows."""
TARGETS = {
    "512": Target(bits=512, n_registers=32, has_fma=True),
    "256": Target(bits=256, n_registers=16, has_fma=True),
    "128": Target(bits=128, n_registers=32, has_fma=True),
}
N_SEEDS = 2


class Case:
    """Random arrays of one shape, and what the products make of them."""

    def __init__(self, shape: tuple[int, int, int, int], dtype: torch.dtype, target: Target) -> None:
        self.T, n_out, n_in, B = shape
        draw = torch.Generator().manual_seed(0)
        self.W, self.b, self.grad, self.xs = (
            torch.randn(*size, generator=draw, dtype=dtype)
            for size in ((self.T, n_out, n_in), (self.T, n_out, 1), (self.T, n_out, B), (N_SEEDS, n_in, B))
        )
        self.pick = torch.arange(self.T) % N_SEEDS
        self.products = Products(dtype, target)

    def run(self, trials: slice = slice(None)) -> list[torch.Tensor]:
        """Z, dW, db and below of some trials; buffers start as NaN, so that nothing may be left out."""
        W, b, grad, pick = (tensor[trials].contiguous() for tensor in (self.W, self.b, self.grad, self.pick))
        z, dW, db = (torch.full_like(tensor, torch.nan) for tensor in (grad, W, b))
        below = torch.full((len(W), W.shape[2], grad.shape[2]), torch.nan, dtype=W.dtype)
        self.products.forward(z, W, b, self.xs, pick)
        self.products.weight_grad(dW, db, grad, self.xs, pick)
        self.products.below(below, W, grad)
        return [z, dW, db, below]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_products_are_what_einsum_gives(shape: tuple[int, int, int, int], dtype: torch.dtype) -> None:
    case = Case(shape, dtype, host_target())
    W, b, grad, x = (tensor.double() for tensor in (case.W, case.b, case.grad, case.xs[case.pick]))
    expected = [
        torch.einsum("toi,tib->tob", W, x) + b,
        torch.einsum("tob,tib->toi", grad, x),
        grad.sum(2, keepdim=True),
        torch.einsum("toi,tob->tib", W, grad),
    ]
    for found, value in zip(case.run(), expected, strict=True):
        room = 8 * torch.finfo(dtype).eps * max(shape)
        assert (found.double() - value).abs().max() <= room


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_trial_has_the_same_bits_alone_and_in_a_stack(shape: tuple[int, int, int, int]) -> None:
    case = Case(shape, torch.float32, host_target())
    together = case.run()
    for t in range(case.T):
        for alone, stacked in zip(case.run(slice(t, t + 1)), together, strict=True):
            assert torch.equal(alone[0], stacked[t])


@pytest.mark.skipif(host_target().bits < 256, reason="this processor has none of the wider registers")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_tiles_dont_show_in_the_products(shape: tuple[int, int, int, int]) -> None:
    """Sums over rows (db) run over as many lanes as there are, and alone depend on them."""
    runs = [
        Case(shape, torch.float32, target).run() for target in TARGETS.values() if target.bits <= host_target().bits
    ]
    for other in runs[1:]:
        for place in (0, 1, 3):
            assert torch.equal(other[place], runs[0][place])
        torch.testing.assert_close(other[2], runs[0][2], rtol=1e-5, atol=1e-5)


def test_a_processor_without_fused_multiply_add_gets_products_too() -> None:
    plain = Case((3, 4, 20, 64), torch.float32, Target(bits=128, n_registers=16, has_fma=False)).run()
    fused = Case((3, 4, 20, 64), torch.float32, host_target()).run()
    for one, other in zip(plain, fused, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_nan_stays_in_its_trial() -> None:
    case = Case((3, 4, 20, 64), torch.float32, host_target())
    healthy = case.run()
    case.W[1], case.grad[1] = torch.nan, torch.nan
    for before, after in zip(healthy, case.run(), strict=True):
        assert torch.equal(before[[0, 2]], after[[0, 2]])
        assert after[1].isnan().all()
