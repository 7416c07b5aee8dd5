"""LLVM code that gathers rows of tables into a minibatch, features first."""

from llvmlite import ir

from actloss_cli.native.emitter import INDEX, Emitter
from actloss_cli.native.machine import Target


def emit_gather(target: Target, scalar: ir.Type) -> ir.Module:
    """`gather`: (out, tables, rows, S, B, D): out[s, d, b] = tables[s][rows[s, b], d], B in whole vectors."""
    module = ir.Module("gather")
    _GatherEmitter(module, target, scalar).gather()
    return module


class _GatherEmitter(Emitter):
    def gather(self) -> None:
        """Square blocks, the last one of a row flush with its end; rows shorter than a vector number by number."""
        array = self.scalar.as_pointer()
        out, tables, rows, S, B, D = self.begin("gather", [array, array.as_pointer(), INDEX.as_pointer(), *[INDEX] * 3])
        b, lanes = self.b, self.index(self.L)
        is_short = b.icmp_unsigned("<", D, lanes)
        n_blocks = b.select(is_short, self.index(0), b.udiv(b.add(D, self.index(self.L - 1)), lanes))
        n_single = b.select(is_short, D, self.index(0))
        last = b.sub(D, lanes)
        with self.loop(S) as s:
            table, batch = b.load(self.at(tables, s)), self.at(out, s, D, B)
            with self.loop(b.udiv(B, lanes)) as j:
                first = b.mul(j, lanes)
                places = [b.add(b.mul(s, B), b.add(first, self.index(r))) for r in range(self.L)]
                sources = [self.at(table, b.load(self.at(rows, place)), D) for place in places]
                with self.loop(n_blocks) as i:
                    wanted = b.mul(i, lanes)
                    column = b.select(b.icmp_unsigned("<", wanted, last), wanted, last)
                    block = self.transposed([self.load_vector(self.at(source, column)) for source in sources])
                    for r, vector in enumerate(block):
                        place = b.add(b.mul(b.add(column, self.index(r)), B), first)
                        self.store_vector(vector, self.at(batch, place))
                with self.loop(n_single) as d:
                    for r, source in enumerate(sources):
                        place = b.add(b.mul(d, B), b.add(first, self.index(r)))
                        b.store(b.load(self.at(source, d)), self.at(batch, place))
        b.ret_void()
