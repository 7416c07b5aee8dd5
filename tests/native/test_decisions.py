"""Counted decisions against those of `metrics.decide`, which says whose they are."""

import pytest
import torch
from torch.nn import functional as F

from actloss_cli.engine import metrics
from actloss_cli.native.decisions import class_counts

T, N = 4, 75


def outputs(C, *, levels):
    """Rows cut from whole vectors, with few levels so that many tie, and what is not finite."""
    draw = torch.Generator().manual_seed(C)
    padded = torch.randint(-levels, levels + 1, (T, C, 96), generator=draw) / 2
    padded[:, :, N:] = 7.0  # which no count may see
    padded[1, C - 1, 3], padded[1, 0, 4], padded[2, 0, 5], padded[2, 0, 6] = torch.nan, torch.nan, torch.inf, -torch.inf
    return padded[:, :, :N], torch.randint(max(2, C), (T, N), generator=draw)


@pytest.mark.parametrize("C", [1, 2, 3, 10])
@pytest.mark.parametrize("levels", [1, 1000])
def test_every_class_gets_the_shares_that_its_rows_got(C, levels):
    u, y = outputs(C, levels=levels)
    K = max(2, C)
    right, total = class_counts(u, y, 0.5, K)
    is_class = F.one_hot(y, K).double()  # (T, N, K)
    shares = (metrics.decide(u, 0.5).transpose(1, 2) * is_class).sum(2)
    expected = torch.zeros(T, K, dtype=torch.float64)
    for row in range(N):  # in their order, which decides the last bit
        expected += is_class[:, row] * shares[:, row, None]
    assert torch.equal(right, expected)
    assert torch.equal(total, is_class.sum(1))


@pytest.mark.parametrize("C", [1, 4])
def test_the_score_is_the_same_with_and_without_emitted_code(C):
    u, y = outputs(C, levels=2)
    alone = u.contiguous()
    assert class_counts(alone, y, 0.0, max(2, C)) is None
    assert torch.equal(metrics.balanced_decisions(u, y, 0.0), metrics.balanced_decisions(alone, y, 0.0))


def test_a_cut_whose_last_vector_would_leave_the_memory_is_not_taken():
    padded = torch.zeros(2, 2, 64)
    y = torch.zeros(2, 40, dtype=torch.int64)
    assert class_counts(padded[:, :, 24:], y, 0.0, 2) is None
    assert class_counts(padded[:, :, :40].double(), y, 0.0, 2) is None
    assert class_counts(padded[:, :1, :40], y, 0.0, 2) is None
