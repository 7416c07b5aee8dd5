"""Minibatches out of tables, features first, where PyTorch's gathering and transposing take ten times as long."""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from actloss_cli.native.calls import MULTIPLE, SCALARS, Code
from actloss_cli.native.gather_code import emit_gather
from actloss_cli.native.machine import host_target


class Tables:
    """Rows of S tables `[N, D]`; a minibatch has the same number of rows from each."""

    def __init__(self, tables: Sequence[Tensor]) -> None:
        first = tables[0]
        self._is_native = first.device.type == "cpu" and first.dtype in SCALARS
        self._D = first.shape[1]
        self._tables = [table.contiguous() for table in tables] if self._is_native else [torch.stack(list(tables))]
        self._pointers = torch.tensor([table.data_ptr() for table in self._tables])
        self._every = torch.arange(len(tables), device=first.device)[:, None]

    def gather(self, rows: Tensor, out: Tensor | None = None) -> Tensor:
        """Rows `[S, B]` of the tables, whose numbers are not checked, to `[S, D, B]`: into `out`, if it is given."""
        S, B = rows.shape
        if out is None:
            out = self._tables[0].new_empty(S, self._D, B)
        if not self._is_native or B % MULTIPLE or not rows.is_contiguous():
            tables = torch.stack(self._tables) if self._is_native else self._tables[0]
            return out.copy_(tables[self._every, rows].transpose(1, 2))
        pointers = (tensor.data_ptr() for tensor in (out, self._pointers, rows))
        code(out.dtype)["gather"](*pointers, S, B, self._D)
        return out


@cache
def code(dtype: torch.dtype) -> Code:
    """Compiled once per process and type."""
    return Code(emit_gather(host_target(), SCALARS[dtype]), dtype, {"gather": (3, 3, 0)})
