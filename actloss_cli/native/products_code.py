"""LLVM code for the products of a stack of small matrices: trial by trial, in registers, each in one fixed order.

Every element of a result is one chain of multiply-adds over the contracted axis, from first to last, whatever the
tile that computes it. So a trial's bits depend neither on the stack around it nor on how the tiles fall.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from actloss_cli.native.emitter import INDEX, Emitter
from actloss_cli.native.machine import Target

COLUMNS = 2
"""Vectors side by side in a tile."""


@dataclass(frozen=True)
class _Product:
    """A tile's view of its work: out `[M, N]` = start `[M]` + A X, X `[K, N]` with rows ldx apart.

    A is `[M, K]` or, if transposed, stored as `[K, M]`.
    """

    out: ir.Value
    A: ir.Value
    start: ir.Value | None
    X: ir.Value
    M: ir.Value
    N: ir.Value
    K: ir.Value
    ldx: ir.Value
    transposed: bool
    N_is_whole: bool
    """Whether N is always a multiple of a tile's columns."""


def emit_products(target: Target, scalar: ir.Type) -> ir.Module:
    """`forward`, `weight_grad` and `below`, for one type of number."""
    module = ir.Module("products")
    emitter = _ProductEmitter(module, target, scalar)
    emitter.forward()
    emitter.weight_grad()
    emitter.below()
    return module


class _ProductEmitter(Emitter):
    def __init__(self, module: ir.Module, target: Target, scalar: ir.Type) -> None:
        super().__init__(module, target, scalar)
        # the accumulators of a tile fill about half of the registers
        self._heights = (8, 4, 2, 1) if target.n_registers >= 32 else (4, 2, 1)

    def forward(self) -> None:
        """(z, W, bias, x, pick, T, O, I, B): z[t] = bias[t] + W[t] x[pick[t]]."""
        z, W, bias, x, pick, T, n_out, n_in, B = self._begin_product("forward", 5)
        with self.loop(T) as t:
            source = self.b.load(self.at(pick, t))
            self._multiply(
                _Product(
                    out=self.at(z, t, n_out, B),
                    A=self.at(W, t, n_out, n_in),
                    start=self.at(bias, t, n_out),
                    X=self.at(x, source, n_in, B),
                    M=n_out,
                    N=B,
                    K=n_in,
                    ldx=B,
                    transposed=False,
                    N_is_whole=True,
                )
            )
        self.b.ret_void()

    def below(self) -> None:
        """(below, W, grad, T, O, I, B): below[t] = W[t]' grad[t]."""
        out, W, grad, T, n_out, n_in, B = self._begin_product("below", 3)
        with self.loop(T) as t:
            self._multiply(
                _Product(
                    out=self.at(out, t, n_in, B),
                    A=self.at(W, t, n_out, n_in),
                    start=None,
                    X=self.at(grad, t, n_out, B),
                    M=n_in,
                    N=B,
                    K=n_out,
                    ldx=B,
                    transposed=True,
                    N_is_whole=True,
                )
            )
        self.b.ret_void()

    def weight_grad(self) -> None:
        """(dW, db, grad, x, pick, scratch, T, O, I, B): dW[t] = grad[t] x[pick[t]]', db[t] = grad[t] summed over B.

        scratch has room for B rows of I numbers, rounded up to whole tiles.
        """
        dW, db, grad, x, pick, scratch, T, n_out, n_in, B = self._begin_product("weight_grad", 6)
        b = self.b
        tile = self.index(COLUMNS * self.L)
        ldx = b.mul(b.udiv(b.add(n_in, b.sub(tile, self.index(1))), tile), tile)
        with self.loop(T) as t:
            g = self.at(grad, t, n_out, B)
            self._transpose(scratch, self.at(x, self.b.load(self.at(pick, t)), n_in, B), n_in, B, ldx)
            self._multiply(
                _Product(
                    out=self.at(dW, t, n_out, n_in),
                    A=g,
                    start=None,
                    X=scratch,
                    M=n_out,
                    N=n_in,
                    K=B,
                    ldx=ldx,
                    transposed=False,
                    N_is_whole=False,
                )
            )
            self._sum_rows(self.at(db, t, n_out), g, n_out, B)
        b.ret_void()

    def _multiply(self, p: _Product) -> None:
        """Whole tiles of columns; a partial one after them where the columns need not be a multiple of the lanes."""
        b, L = self.b, self.L
        whole = self.index(COLUMNS * L)
        n_whole = b.udiv(p.N, whole)
        with self.loop(n_whole) as chunk:
            self._column(p, b.mul(chunk, whole), COLUMNS, None)
        if p.N_is_whole:
            return
        first = b.mul(n_whole, whole)
        left = b.sub(p.N, first)
        with b.if_then(b.icmp_unsigned(">", left, self.index(0))):
            is_wide = b.icmp_unsigned(">", left, self.index(L))
            with b.if_else(is_wide) as (wide, narrow):
                with wide:
                    self._column(p, first, COLUMNS, left)
                with narrow:
                    self._column(p, first, 1, left)

    def _column(self, p: _Product, first: ir.Value, width: int, left: ir.Value | None) -> None:
        """All rows of one tile of columns: as many of the tallest tiles as fit, then lower ones."""
        b, row = self.b, self.index(0)
        for height in self._heights:
            n = b.udiv(b.sub(p.M, row), self.index(height))
            with self.loop(n) as k:
                self._tile(p, b.add(row, b.mul(k, self.index(height))), height, first, width, left)
            row = b.add(row, b.mul(n, self.index(height)))

    def _tile(
        self, p: _Product, row: ir.Value, height: int, column: ir.Value, width: int, left: ir.Value | None
    ) -> None:
        b = self.b
        rows = [b.add(row, self.index(r)) for r in range(height)]
        zero = ir.Constant(self.vector, None)
        starts = [zero if p.start is None else self.spread(self.b.load(self.at(p.start, r))) for r in rows]
        sums = [[self.variable(start) for _ in range(width)] for start in starts]
        with self.loop(p.K) as k:
            x = self.at(p.X, b.add(b.mul(k, p.ldx), column))
            parts = [self.load_vector(self.at(x, self.index(c * self.L))) for c in range(width)]
            for r in range(height):
                place = b.add(b.mul(k, p.M), rows[r]) if p.transposed else b.add(b.mul(rows[r], p.K), k)
                a = self.spread(self.b.load(self.at(p.A, place)))
                for c in range(width):
                    b.store(self.multiply_add(a, parts[c], b.load(sums[r][c])), sums[r][c])
        for r in range(height):
            out = self.at(p.out, b.add(b.mul(rows[r], p.N), column))
            if left is None:
                for c in range(width):
                    self.store_vector(b.load(sums[r][c]), self.at(out, self.index(c * self.L)))
            else:
                self._store_some(out, [b.load(s) for s in sums[r]], left)

    def _store_some(self, out: ir.Value, parts: Sequence[ir.Value], n: ir.Value) -> None:
        """The first n numbers of some vectors."""
        with self.b.goto_entry_block():
            buffer = self.b.bitcast(self.b.alloca(self.vector, len(parts)), self.scalar.as_pointer())
        for c, part in enumerate(parts):
            self.store_vector(part, self.at(buffer, self.index(c * self.L)))
        with self.loop(n) as k:
            self.b.store(self.b.load(self.at(buffer, k)), self.at(out, k))

    def _sum_rows(self, out: ir.Value, rows: ir.Value, n_rows: ir.Value, n: ir.Value) -> None:
        """Sums of rows whose length is a multiple of the lanes: lane by lane first."""
        b = self.b
        with self.loop(n_rows) as r:
            total = self.variable(ir.Constant(self.vector, None))
            row = self.at(rows, b.mul(r, n))
            with self.loop(b.udiv(n, self.index(self.L))) as k:
                part = self.load_vector(self.at(row, b.mul(k, self.index(self.L))))
                b.store(b.fadd(b.load(total), part), total)
            b.store(self.sum_of_lanes(b.load(total)), self.at(out, r))

    def _transpose(self, out: ir.Value, x: ir.Value, n_rows: ir.Value, n_columns: ir.Value, ld: ir.Value) -> None:
        """`[I, B]` to `[B, I]` with rows ld apart, in square blocks; past the last row it is repeated."""
        b, L = self.b, self.L
        last = b.sub(n_rows, self.index(1))
        n_blocks = b.udiv(b.add(last, self.index(L)), self.index(L))
        with self.loop(n_blocks) as i, self.loop(b.udiv(n_columns, self.index(L))) as j:
            row, column = b.mul(i, self.index(L)), b.mul(j, self.index(L))
            block = []
            for r in range(L):
                wanted = b.add(row, self.index(r))
                source = b.select(b.icmp_unsigned("<", wanted, last), wanted, last)
                block.append(self.load_vector(self.at(x, b.add(b.mul(source, n_columns), column))))
            for r, vector in enumerate(self.transposed(block)):
                place = b.add(b.mul(b.add(column, self.index(r)), ld), row)
                self.store_vector(vector, self.at(out, place))

    def _begin_product(self, name: str, n_pointers: int) -> list[ir.Value]:
        """Pointers that don't overlap, the fifth to places in x, and four sizes."""
        arguments = [self.scalar.as_pointer()] * n_pointers + [INDEX] * 4
        if n_pointers > 4:
            arguments[4] = INDEX.as_pointer()
        values = self.begin(name, arguments)
        for value in values[:n_pointers]:
            value.add_attribute("noalias")
        return values
