"""Counts and sums along rows are those that PyTorch's plain operations find, wherever rows end."""

import pytest
import torch

from actloss_cli.native.machine import Target, host_target
from actloss_cli.native.tallies import code, sums_of_squares, tally
from actloss_cli.native.tallies_code import emit_tallies

BOTH = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
T, H = 3, 5


def arrays(B, dtype):
    """Values with zeros of both signs and NaN among them, slopes, bounds of which one is NaN, and nothing counted."""
    draw = torch.Generator().manual_seed(B)
    value, slope = (torch.randn(T, H, B, generator=draw, dtype=dtype) for _ in range(2))
    value[value.abs() < 0.3] = 0
    value[0, 0, :7] = -0.0
    value[1, 1, 3] = torch.nan
    bound = torch.rand(T, H, generator=draw, dtype=dtype)
    bound[2] = torch.nan
    return value, slope, bound, torch.zeros(2, T, H, dtype=dtype), torch.zeros(T, dtype=dtype)


@BOTH
@pytest.mark.parametrize(("B", "n"), [(32, 32), (64, 33), (64, 1), (96, 95), (160, 64), (20, 13)])
def test_counts_and_squares_are_those_of_plain_operations(B, n, dtype):
    value, slope, bound, counts, squares = arrays(B, dtype)
    for _ in range(2):
        tally(value, slope, bound, counts, squares, n)
    value, slope = value[:, :, :n], slope[:, :, :n]
    assert torch.equal(counts[0], 2 * (value == 0).sum(2).to(dtype))
    assert torch.equal(counts[1], 2 * (slope.abs() < bound[:, :, None]).sum(2).to(dtype))
    assert counts[1, 2].eq(0).all()
    torch.testing.assert_close(squares, 2 * value.square().sum((1, 2)), equal_nan=True)


@BOTH
@pytest.mark.parametrize("shape", [(3, 1), (3, 5, 7), (2, 32, 32), (2, 33, 64)], ids=str)
def test_sums_of_squares_are_exact_to_double_precision_however_small_the_numbers(shape, dtype):
    for size in (1.0, 1e-25, 1e25):
        x = size * torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=dtype)
        expected = x.double().square().flatten(1).sum(1)
        assert expected.gt(0).all()
        torch.testing.assert_close(sums_of_squares(x), expected, rtol=1e-13, atol=0)
    across = torch.randn(4, 6, 3, dtype=dtype).movedim(2, 1)
    torch.testing.assert_close(sums_of_squares(across), across.double().square().sum((1, 2)), rtol=1e-13, atol=0)


@BOTH
def test_a_trial_has_the_same_bits_alone_and_in_a_stack(dtype):
    value, slope, bound, counts, squares = arrays(64, dtype)
    tally(value, slope, bound, counts, squares, 50)
    for t in range(T):
        one = [tensor[t : t + 1] for tensor in (value, slope, bound)]
        alone = torch.zeros(2, 1, H, dtype=dtype), torch.zeros(1, dtype=dtype)
        tally(*one, *alone, 50)
        assert torch.equal(alone[0][:, 0], counts[:, t])
        assert torch.equal(alone[1].nan_to_num(), squares[t : t + 1].nan_to_num())
        assert torch.equal(sums_of_squares(slope[t : t + 1]), sums_of_squares(slope)[t : t + 1])


@BOTH
@pytest.mark.parametrize("bits", [bits for bits in (128, 256) if bits <= host_target().bits])
def test_narrower_registers_count_the_same(bits, dtype, monkeypatch):
    from actloss_cli.native import tallies
    from actloss_cli.native.calls import SCALARS, Code

    narrow = Target(bits=bits, n_registers=16, has_fma=host_target().has_fma)
    emitted = Code(emit_tallies(narrow, SCALARS[dtype]), dtype, tallies._ARGUMENTS)
    found = []
    for one in (code(dtype), emitted):
        monkeypatch.setattr(tallies, "code", lambda _, one=one: one)
        value, slope, bound, counts, squares = arrays(64, dtype)
        tally(value, slope, bound, counts, squares, 41)
        found.append((counts, squares, sums_of_squares(slope)))
    assert torch.equal(found[0][0], found[1][0])
    torch.testing.assert_close(found[0][1:], found[1][1:], equal_nan=True)
