"""LLVM code that counts, class by class, how often the decision for a row fell on its true class."""

from llvmlite import ir

from actloss_cli.native.emitter import INDEX, Emitter
from actloss_cli.native.machine import Target

DOUBLE = ir.DoubleType()


def emit_decisions(target: Target) -> ir.Module:
    """`one_unit` and `per_class`: (right, total, u, y, T, C, N, ld, K, threshold), for single precision.

    right and total `[T, K]` doubles, zero at first; u `[T, C, N]` has rows ld apart, whole vectors of them; y `[T, N]`.
    """
    module = ir.Module("decisions")
    emitter = _DecisionEmitter(module, target, ir.FloatType())
    emitter.count("one_unit", per_class=False)
    emitter.count("per_class", per_class=True)
    return module


class _DecisionEmitter(Emitter):
    def count(self, name: str, *, per_class: bool) -> None:
        """Vectors of rows find, for each row, among how many classes the decision is shared; then row by row."""
        doubles, indices, array = DOUBLE.as_pointer(), INDEX.as_pointer(), self.scalar.as_pointer()
        right, total, u, y, T, C, N, ld, K, threshold = self.begin(
            name, [doubles, doubles, array, indices, *[INDEX] * 5, self.scalar]
        )
        b, lanes = self.b, self.index(self.L)
        with b.goto_entry_block():
            best, sharing = (b.bitcast(b.alloca(self.vector), array) for _ in range(2))
        with self.loop(T) as t, self.loop(b.udiv(b.add(N, self.index(self.L - 1)), lanes)) as chunk:
            first = b.mul(chunk, lanes)
            left = b.sub(N, first)
            n = b.select(b.icmp_unsigned("<", left, lanes), left, lanes)
            rows, labels = self.at(u, b.add(b.mul(t, b.mul(C, ld)), first)), self.at(y, b.add(b.mul(t, N), first))
            if per_class:
                for value, buffer in zip(self._largest(rows, C, ld), (best, sharing), strict=True):
                    self.store_vector(value, buffer)
            with self.loop(n) as r:
                label = b.load(self.at(labels, r))
                place = b.add(b.mul(t, K), label)
                share = DOUBLE(1.0)
                if per_class:
                    own = b.load(self.at(rows, b.add(b.mul(label, ld), r)))
                    is_right = b.fcmp_ordered("==", own, b.load(self.at(best, r)))
                    share = b.fdiv(share, b.fpext(b.load(self.at(sharing, r)), DOUBLE))
                else:
                    own = b.load(self.at(rows, r))
                    is_positive = b.fcmp_ordered(">", own, threshold)
                    is_one = b.icmp_unsigned("==", label, self.index(1))
                    is_right = b.and_(b.icmp_unsigned("==", is_positive, is_one), b.fcmp_ordered("ord", own, own))
                self._add(self.at(right, place), b.select(is_right, share, DOUBLE(0.0)))
                self._add(self.at(total, place), DOUBLE(1.0))
        b.ret_void()

    def _largest(self, rows: ir.Value, C: ir.Value, ld: ir.Value) -> tuple[ir.Value, ir.Value]:
        """Of each row, the largest output, which is NaN where any is, and how many classes have it."""
        b, one = self.b, self.constant(1.0)
        largest = self.variable(self.load_vector(rows))
        count = self.variable(self.constant(0.0))
        with self.loop(C) as c:
            u, best = self.load_vector(self.at(rows, b.mul(c, ld))), b.load(largest)
            # a NaN is not at most the best, and nothing is larger than it
            is_new = b.fcmp_unordered(">", u, best)
            is_equal = b.fcmp_ordered("==", u, best)
            new_count = b.fadd(b.load(count), b.select(is_equal, one, self.constant(0.0)))
            is_lost = b.fcmp_unordered("uno", best, best)
            b.store(b.select(is_lost, best, b.select(is_new, u, best)), largest)
            b.store(b.select(is_new, one, new_count), count)
        return b.load(largest), b.load(count)

    def _add(self, place: ir.Value, value: ir.Value) -> None:
        self.b.store(self.b.fadd(self.b.load(place), value), place)
