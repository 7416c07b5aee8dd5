"""Gathered minibatches against PyTorch's indexing: a copy, so bit for bit."""

import pytest
import torch

from actloss_cli.native.gather import Tables


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("D", [1, 2, 5, 8, 15, 16, 17, 64, 70])
@pytest.mark.parametrize("B", [32, 96, 33], ids="B={}".format)
def test_rows_arrive_features_first(D, B, dtype):
    draw = torch.Generator().manual_seed(0)
    tables = [torch.randn(41, D, generator=draw, dtype=dtype) for _ in range(3)]
    tables[1][40, D - 1] = torch.nan
    rows = torch.randint(41, (3, B), generator=draw)
    rows[1, B - 1] = 40
    expected = torch.stack([table[row].T for table, row in zip(tables, rows, strict=True)])
    buffer = torch.full((3, D, B), torch.inf, dtype=dtype)
    found = Tables(tables).gather(rows, buffer)
    assert found is buffer
    for values in (found, Tables(tables).gather(rows)):
        torch.testing.assert_close(values, expected, rtol=0, atol=0, equal_nan=True)


def test_tables_and_rows_that_are_not_in_order_are_gathered_too():
    table = torch.arange(60.0).view(6, 10).T
    rows = (torch.arange(64) % 10).view(32, 2).T
    found = Tables([table, table + 100]).gather(rows)
    assert torch.equal(found, torch.stack([table[rows[0]].T, table[rows[1]].T + 100]))
