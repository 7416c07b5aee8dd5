"""LLVM code for exponentials and logarithms of single precision, lane by lane.

The exponential is 2^n (1 + p(r)) with x = n ln 2 + r and p = e^r - 1 by its series, good to float32's last bit or two;
e^x - 1 keeps its relative precision near zero. The logarithm of 2^k (1 + f) is k ln 2 + f - (f²/2 - s (f²/2 + R)) with
s = f / (2 + f) and s R what the series of 2 artanh s has beyond its first term (Sun's fdlibm, 1993), good to a bit.
"""

import math

from llvmlite import ir

from actloss_cli.native.emitter import LANE, Emitter

LN2_HIGH = 0.693359375
"""Few bits, so that its product with n is exact; the rest of ln 2 is subtracted after it."""
LN2_LOW = math.log(2) - LN2_HIGH
EXP_SERIES = [1 / math.factorial(k) for k in range(2, 8)]
LOG_SERIES = [2 / k for k in (3, 5, 7, 9)]
LARGEST = 88.7
"""Of an exponent, so that 2^n is at most infinity."""
SMALLEST = -87.0
"""Of an exponent, so that the result is no denormal."""
BIAS, MANTISSA_BITS = 127, 23
ONE, ROOT_HALF = 0x3F800000, 0x3F3504F3
"""The bits of 1 and of sqrt(1/2): what is below it belongs to the next lower power of two."""
SMALLEST_NORMAL = 2.0**-126


class ExponentialEmitter(Emitter):
    """Values of functions that need an exponential or a logarithm."""

    def expm1(self, x: ir.Value) -> ir.Value:
        """e^x - 1 for x <= 0; what it is at `SMALLEST` for NaN."""
        p, power = self.exp_parts(self.larger(x, self.constant(SMALLEST)))
        return self.multiply_add(power, p, self.b.fsub(power, self.constant(1.0)))

    def exp_not_positive(self, x: ir.Value) -> ir.Value:
        """e^x for x <= 0, no smaller than at `SMALLEST`; NaN for NaN."""
        p, power = self.exp_parts(self.larger(x, self.constant(SMALLEST)))
        return self.unless_nan(x, self.multiply_add(power, p, power))

    def exp(self, x: ir.Value) -> ir.Value:
        """e^x of any x, as the square of e^(x / 2), whose powers of two can't leave their range."""
        half = self.smaller(self.larger(self.b.fmul(x, self.constant(0.5)), self.constant(-52.0)), self.constant(45.0))
        p, power = self.exp_parts(half)
        root = self.multiply_add(power, p, power)
        return self.unless_nan(x, self.b.fmul(root, root))

    def exp_parts(self, x: ir.Value) -> tuple[ir.Value, ir.Value]:
        """P and 2^n of a bounded x."""
        b = self.b
        n = self.call("rint", b.fmul(x, self.constant(1 / math.log(2))))
        r = self.multiply_add(n, self.constant(-LN2_HIGH), x)
        r = self.multiply_add(n, self.constant(-LN2_LOW), r)
        p = self.multiply_add(b.fmul(r, r), self._polynomial(r, EXP_SERIES), r)
        exponent = b.add(b.fptosi(n, self._lanes), self._integers(BIAS))
        return p, b.bitcast(b.shl(exponent, self._integers(MANTISSA_BITS)), self.vector)

    def log(self, x: ir.Value) -> ir.Value:
        """Ln x: -inf at 0, NaN below it."""
        b = self.b
        is_tiny = b.fcmp_ordered("<", x, self.constant(SMALLEST_NORMAL))
        bits = b.bitcast(b.select(is_tiny, b.fmul(x, self.constant(2.0**MANTISSA_BITS)), x), self._lanes)
        bits = b.add(bits, self._integers(ONE - ROOT_HALF))
        k = b.sitofp(b.sub(b.ashr(bits, self._integers(MANTISSA_BITS)), self._integers(BIAS)), self.vector)
        k = b.select(is_tiny, b.fsub(k, self.constant(MANTISSA_BITS)), k)
        mantissa = b.add(b.and_(bits, self._integers((1 << MANTISSA_BITS) - 1)), self._integers(ROOT_HALF))
        f = b.fsub(b.bitcast(mantissa, self.vector), self.constant(1.0))
        s = b.fdiv(f, b.fadd(f, self.constant(2.0)))
        z, half_square = b.fmul(s, s), b.fmul(b.fmul(f, f), self.constant(0.5))
        rest = self.multiply_add(z, self._polynomial(z, LOG_SERIES), half_square)
        low = self.multiply_add(s, rest, b.fmul(k, self.constant(LN2_LOW)))
        y = self.multiply_add(k, self.constant(LN2_HIGH), b.fsub(f, b.fsub(half_square, low)))
        y = b.select(b.fcmp_ordered("==", x, self.constant(math.inf)), x, y)
        zero, lowest, nan = (self.constant(value) for value in (0.0, -math.inf, math.nan))
        outside = b.select(b.fcmp_ordered("==", x, zero), lowest, nan)
        return b.select(b.fcmp_ordered(">", x, zero), y, outside)

    def log1p(self, x: ir.Value) -> ir.Value:
        """Ln(1 + x) for x >= -1, with what 1 + x loses made good (Kahan)."""
        b, one = self.b, self.constant(1.0)
        w = b.fadd(one, x)
        lost = b.fdiv(b.fsub(x, b.fsub(w, one)), w)
        y = self.log(w)
        return b.select(b.fcmp_ordered("==", w, self.constant(0.0)), y, b.fadd(y, lost))

    def unless_nan(self, x: ir.Value, y: ir.Value) -> ir.Value:
        """Y, or x where that is NaN."""
        return self.b.select(self.b.fcmp_unordered("uno", x, x), x, y)

    def smaller(self, x: ir.Value, bound: ir.Value) -> ir.Value:
        """The bound where x is NaN."""
        return self.b.select(self.b.fcmp_ordered("<", x, bound), x, bound)

    def larger(self, x: ir.Value, bound: ir.Value) -> ir.Value:
        """The bound where x is NaN."""
        return self.b.select(self.b.fcmp_ordered(">", x, bound), x, bound)

    def _polynomial(self, x: ir.Value, coefficients: list[float]) -> ir.Value:
        """From the constant term up."""
        value = self.constant(coefficients[-1])
        for coefficient in reversed(coefficients[:-1]):
            value = self.multiply_add(value, x, self.constant(coefficient))
        return value

    @property
    def _lanes(self) -> ir.VectorType:
        return ir.VectorType(LANE, self.L)

    def _integers(self, value: int) -> ir.Constant:
        return ir.Constant(self._lanes, [value] * self.L)
