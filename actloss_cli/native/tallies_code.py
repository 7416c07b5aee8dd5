"""LLVM code that counts and sums along rows, in one pass over memory: for diagnostics, which PyTorch takes ten for."""

from llvmlite import ir

from actloss_cli.native.emitter import INDEX, LANE, Emitter
from actloss_cli.native.machine import Target

DOUBLE = ir.DoubleType()


def emit_tallies(target: Target, scalar: ir.Type) -> ir.Module:
    """`tally`: (value, slope, bound, zeros, flat, squares, T, H, B, n) and `squares`: (x, sums, T, n), sums in double.

    Of the B numbers of each row, B in whole vectors, `tally` looks at the first n; T times H rows.
    """
    module = ir.Module("tallies")
    emitter = _TallyEmitter(module, target, scalar)
    emitter.tally()
    emitter.squares()
    return module


class _TallyEmitter(Emitter):
    def tally(self) -> None:
        """Adds to each row's zeros and slopes of a size below the row's bound, and to each trial's sum of squares."""
        array = self.scalar.as_pointer()
        value, slope, bound, zeros, flat, squares, T, H, B, n = self.begin("tally", [*[array] * 6, *[INDEX] * 4])
        b, zero = self.b, self.constant(0.0)
        n_vectors = b.udiv(b.add(n, self.index(self.L - 1)), self.index(self.L))
        with self.loop(T) as t:
            total = self.variable(zero)
            with self.loop(H) as h:
                row = b.add(b.mul(t, H), h)
                n_zeros, n_flat = self.variable(self.index(0)), self.variable(self.index(0))
                least = self.spread(b.load(self.at(bound, row)))
                with self.loop(n_vectors) as k:
                    column = b.mul(k, self.index(self.L))
                    place = b.add(b.mul(row, B), column)
                    x, f = (self.load_vector(self.at(pointer, place)) for pointer in (value, slope))
                    inside = self._below(b.sub(n, column))
                    self._count(n_zeros, b.and_(inside, b.fcmp_ordered("==", x, zero)))
                    self._count(n_flat, b.and_(inside, b.fcmp_ordered("<", self.call("fabs", f), least)))
                    x = b.select(inside, x, zero)
                    b.store(self.multiply_add(x, x, b.load(total)), total)
                for counts, count in ((zeros, n_zeros), (flat, n_flat)):
                    self._add(b.uitofp(b.load(count), self.scalar), self.at(counts, row))
            self._add(self.sum_of_lanes(b.load(total)), self.at(squares, t))
        b.ret_void()

    def squares(self) -> None:
        """Each trial's sum of squares, in double precision: the square of a small single is not 0 there."""
        x, sums, T, n = self.begin("squares", [self.scalar.as_pointer(), DOUBLE.as_pointer(), INDEX, INDEX])
        b, wide = self.b, ir.VectorType(DOUBLE, self.L)
        n_whole = b.sub(n, b.urem(n, self.index(self.L)))
        with self.loop(T) as t:
            first = self.at(x, b.mul(t, n))
            total = self.variable(ir.Constant(wide, [ir.Constant(DOUBLE, 0.0)] * self.L))
            with self.loop(b.udiv(n, self.index(self.L))) as k:
                vector = self._widened(self.load_vector(self.at(first, b.mul(k, self.index(self.L)))), wide)
                b.store(b.fadd(b.load(total), b.fmul(vector, vector)), total)
            rest = self.variable(self.sum_of_lanes(b.load(total)))
            with self.loop(b.sub(n, n_whole)) as k:
                number = self._widened(b.load(self.at(first, b.add(n_whole, k))), DOUBLE)
                b.store(b.fadd(b.load(rest), b.fmul(number, number)), rest)
            b.store(b.load(rest), self.at(sums, t))
        b.ret_void()

    def _count(self, count: ir.Value, holds: ir.Value) -> None:
        """Adds the number of lanes in which it holds."""
        b, bits = self.b, ir.IntType(self.L)
        population = self._module.declare_intrinsic("llvm.ctpop", [bits])
        found = b.zext(b.call(population, [b.bitcast(holds, bits)]), INDEX)
        b.store(b.add(b.load(count), found), count)

    def _add(self, number: ir.Value, at: ir.Value) -> None:
        self.b.store(self.b.fadd(self.b.load(at), number), at)

    def _below(self, count: ir.Value) -> ir.Value:
        """The lanes of a lower number than that; all of them where it is larger."""
        lanes = ir.VectorType(INDEX, self.L)
        numbers = ir.Constant(lanes, [INDEX(lane) for lane in range(self.L)])
        empty = ir.Constant(lanes, ir.Undefined)
        wide = self.shuffle(self.b.insert_element(empty, count, LANE(0)), empty, lambda lane: 0)
        return self.b.icmp_unsigned("<", numbers, wide)

    def _widened(self, value: ir.Value, to: ir.Type) -> ir.Value:
        return value if isinstance(self.scalar, ir.DoubleType) else self.b.fpext(value, to)
