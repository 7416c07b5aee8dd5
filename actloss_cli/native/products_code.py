"""LLVM code for the products of a stack of small matrices: trial by trial, in registers, each in one fixed order.

Every element of a result is one chain of multiply-adds over the contracted axis, from first to last, whatever the
tile that computes it. So a trial's bits depend neither on the stack around it nor on how the tiles fall. What an
activation does to a product is done trial by trial as well, while it is in the nearest cache.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from llvmlite import ir

from actloss_cli.native.activations_code import MOST_NUMBERS, NATIVE_ACTIVATIONS, ActivationEmitter
from actloss_cli.native.emitter import INDEX
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
    """`forward`, `weight_grad` and `below`, for one type of number.

    In single precision `forward` and `below` go on to each trial's activation, or its gradient, as long as the
    product is at hand: codes `[T]` count the names of `NATIVE_ACTIVATIONS` from 1, and 0 is none; numbers `[T, M]`.
    """
    module = ir.Module("products")
    emitter = _ProductEmitter(module, target, scalar)
    emitter.forward()
    emitter.weight_grad()
    emitter.below()
    return module


class _ProductEmitter(ActivationEmitter):
    def __init__(self, module: ir.Module, target: Target, scalar: ir.Type) -> None:
        super().__init__(module, target, scalar)
        # the accumulators of a tile fill about half of the registers
        self._heights = (8, 4, 2, 1) if target.n_registers >= 32 else (4, 2, 1)

    def forward(self) -> None:
        """(z, W, bias, x, pick, codes, numbers, y, T, O, I, B): z[t] = bias[t] + W[t] x[pick[t]], y[t] = f(z[t])."""
        z, W, bias, x, pick, codes, numbers, y, T, n_out, n_in, B = self._begin_product(
            "forward", 8, of_indices=(4, 5), overlapping=(0, 7)
        )
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
            size = self.b.mul(n_out, B)
            self._activate(t, codes, numbers, self.at(z, t, size), self.at(y, t, size), size)
        self.b.ret_void()

    def below(self) -> None:
        """(below, W, grad, codes, numbers, z, y, T, O, I, B): below[t] = W[t]' grad[t], times f' where y = f(z)."""
        out, W, grad, codes, numbers, z, y, T, n_out, n_in, B = self._begin_product(
            "below", 7, of_indices=(3,), overlapping=(5, 6)
        )
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
            size = self.b.mul(n_in, B)
            self._pass_on(t, codes, numbers, self.at(z, t, size), self.at(y, t, size), self.at(out, t, size), size)
        self.b.ret_void()

    def weight_grad(self) -> None:
        """(dW, db, grad, x, pick, scratch, T, O, I, B): dW[t] = grad[t] x[pick[t]]', db[t] = grad[t] summed over B.

        scratch has room for B rows of I numbers, rounded up to whole tiles.
        """
        dW, db, grad, x, pick, scratch, T, n_out, n_in, B = self._begin_product("weight_grad", 6, of_indices=(4,))
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

    def _activate(
        self, t: ir.Value, codes: ir.Value, numbers: ir.Value, z: ir.Value, y: ir.Value, size: ir.Value
    ) -> None:
        """From z to y, which may be the same, by the trial's activation."""
        for name, wide in self._cases(t, codes, numbers):
            body = self.activation(name)
            with self._vectors(size) as place:
                self.store_vector(body(self.load_vector(self.at(z, place)), *wide), self.at(y, place))

    def _pass_on(
        self, t: ir.Value, codes: ir.Value, numbers: ir.Value, z: ir.Value, y: ir.Value, grad: ir.Value, size: ir.Value
    ) -> None:
        """The gradient, in place, by the trial's activation."""
        for name, wide in self._cases(t, codes, numbers):
            body, saved = self.activation_gradient(name), y if NATIVE_ACTIVATIONS[name].saves == "output" else z
            with self._vectors(size) as place:
                at = self.at(grad, place)
                self.store_vector(body(self.load_vector(at), self.load_vector(self.at(saved, place)), *wide), at)

    def _cases(self, t: ir.Value, codes: ir.Value, numbers: ir.Value) -> Iterator[tuple[str, list[ir.Value]]]:
        """What is emitted while a name is given runs for trials of its code; with the trial's numbers in all lanes."""
        if isinstance(self.scalar, ir.DoubleType):
            return
        b = self.b
        after = b.append_basic_block()
        choice = b.switch(b.load(self.at(codes, t)), after)
        for code, (name, kind) in enumerate(NATIVE_ACTIVATIONS.items(), 1):
            case = b.append_basic_block()
            choice.add_case(self.index(code), case)
            b.position_at_end(case)
            own = self.at(numbers, t, self.index(MOST_NUMBERS))
            yield name, [self.spread(b.load(self.at(own, self.index(m)))) for m in range(kind.n_numbers)]
            b.branch(after)
        b.position_at_end(after)

    @contextmanager
    def _vectors(self, size: ir.Value) -> Iterator[ir.Value]:
        """The place of each vector of so many numbers."""
        with self.loop(self.b.udiv(size, self.index(self.L))) as k:
            yield self.b.mul(k, self.index(self.L))

    def _begin_product(
        self, name: str, n_pointers: int, of_indices: Collection[int], overlapping: Collection[int] = ()
    ) -> list[ir.Value]:
        """Pointers, some to indices, which don't overlap but for some; and four sizes."""
        pointers = [(INDEX if k in of_indices else self.scalar).as_pointer() for k in range(n_pointers)]
        values = self.begin(name, [*pointers, *[INDEX] * 4])
        for k, value in enumerate(values[:n_pointers]):
            if k not in overlapping:
                value.add_attribute("noalias")
        return values
