"""A thin layer over LLVM's builder: loops, and vectors as wide as the processor's registers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from llvmlite import ir

from actloss_cli.native.machine import Target

INDEX = ir.IntType(64)
LANE = ir.IntType(32)


class Emitter:
    """Adds functions to a module; all numbers are of one type, float or double."""

    def __init__(self, module: ir.Module, target: Target, scalar: ir.Type) -> None:
        self._module, self._target, self.scalar = module, target, scalar
        self._n_bits = 64 if isinstance(scalar, ir.DoubleType) else 32
        self.L = target.bits // self._n_bits
        """Lanes of a vector."""
        self.vector = ir.VectorType(scalar, self.L)
        self.b = ir.IRBuilder()

    def begin(self, name: str, arguments: Sequence[ir.Type]) -> list[ir.Value]:
        """A function without result; what follows is emitted into it. Gives its arguments."""
        function = ir.Function(self._module, ir.FunctionType(ir.VoidType(), arguments), name)
        self.b = ir.IRBuilder(function.append_basic_block())
        return list(function.args)

    @contextmanager
    def loop(self, n: ir.Value) -> Iterator[ir.Value]:
        """Counts from 0 to n - 1."""
        b = self.b
        before, head, body, after = b.block, *(b.append_basic_block() for _ in range(3))
        b.branch(head)
        b.position_at_end(head)
        k = b.phi(INDEX)
        k.add_incoming(self.index(0), before)
        b.cbranch(b.icmp_unsigned("<", k, n), body, after)
        b.position_at_end(body)
        yield k
        k.add_incoming(b.add(k, self.index(1)), b.block)
        b.branch(head)
        b.position_at_end(after)

    def variable(self, value: ir.Value) -> ir.Value:
        """A place on the stack, which optimisation turns into a register."""
        with self.b.goto_entry_block():
            place = self.b.alloca(value.type)
        self.b.store(value, place)
        return place

    def index(self, value: int) -> ir.Constant:
        """A constant place or count."""
        return ir.Constant(INDEX, value)

    def at(self, pointer: ir.Value, index: ir.Value, *sizes: ir.Value) -> ir.Value:
        """The element at index, or the first of the index-th array of these sizes."""
        for size in sizes:
            index = self.b.mul(index, size)
        return self.b.gep(pointer, [index])

    def load_vector(self, pointer: ir.Value) -> ir.Value:
        """From anywhere, aligned or not."""
        return self.b.load(self.b.bitcast(pointer, self.vector.as_pointer()), align=4)

    def store_vector(self, value: ir.Value, pointer: ir.Value) -> None:
        """To anywhere, aligned or not."""
        self.b.store(value, self.b.bitcast(pointer, self.vector.as_pointer()), align=4)

    def constant(self, value: float) -> ir.Constant:
        """The same number in each lane."""
        return ir.Constant(self.vector, [ir.Constant(self.scalar, value)] * self.L)

    def spread(self, number: ir.Value) -> ir.Value:
        """The number to each lane."""
        empty = ir.Constant(self.vector, ir.Undefined)
        return self.shuffle(self.b.insert_element(empty, number, LANE(0)), empty, lambda lane: 0)

    def shuffle(self, first: ir.Value, second: ir.Value, source: Callable[[int], int]) -> ir.Value:
        """Lane by lane the one that `source` names; those of `second` count on from those of `first`."""
        places = [LANE(source(lane)) for lane in range(self.L)]
        return self.b.shuffle_vector(first, second, ir.Constant(ir.VectorType(LANE, self.L), places))

    def transposed(self, block: list[ir.Value]) -> list[ir.Value]:
        """A square of vectors, rows as columns: swaps, for each bit, lanes that have it with rows that have it."""
        bit = 1
        while bit < self.L:
            new = list(block)
            for r in (r for r in range(self.L) if not r & bit):
                upper, lower = block[r], block[r | bit]
                new[r] = self.shuffle(upper, lower, lambda j, bit=bit: j if not j & bit else self.L + (j ^ bit))  # type: ignore[misc]
                new[r | bit] = self.shuffle(upper, lower, lambda j, bit=bit: j | bit if not j & bit else self.L + j)  # type: ignore[misc]
            block, bit = new, bit * 2
        return block

    def sum_of_lanes(self, value: ir.Value) -> ir.Value:
        """Halves onto halves."""
        width = self.L // 2
        while width:
            other = self.shuffle(value, value, lambda lane, width=width: (lane + width) % self.L)  # type: ignore[misc]
            value, width = self.b.fadd(value, other), width // 2
        return self.b.extract_element(value, LANE(0))

    def multiply_add(self, a: ir.Value, x: ir.Value, y: ir.Value) -> ir.Value:
        """The sum a x + y, rounded once where the processor can."""
        if not self._target.has_fma:
            return self.b.fadd(self.b.fmul(a, x), y)
        return self.call("fma", a, x, y)

    def call(self, name: str, *values: ir.Value) -> ir.Value:
        """One of LLVM's own functions, lane by lane."""
        full = f"llvm.{name}.v{self.L}f{self._n_bits}"
        function = self._module.globals.get(full)
        if function is None:
            function = ir.Function(self._module, ir.FunctionType(self.vector, [self.vector] * len(values)), full)
        return self.b.call(function, values)
