"""LLVM code for activations: the value of each, and the gradient that it passes on, of some numbers side by side.

Single precision. Whoever goes through memory, function by function or as the last touch to a product, emits from here,
so that the bits are the same either way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from llvmlite import ir

from actloss_cli.native.exponentials import LARGEST, SMALLEST, ExponentialEmitter

Saves = Literal["input", "output"]


@dataclass(frozen=True)
class NativeActivation:
    """What of an activation's arguments its code must know: numbers, and whether its gradient wants z or f(z)."""

    saves: Saves
    n_numbers: int = 0


NATIVE_ACTIVATIONS: Mapping[str, NativeActivation] = MappingProxyType(
    {
        "identity": NativeActivation("output"),
        "relu": NativeActivation("output"),
        "leaky_relu": NativeActivation("input", 1),
        "elu": NativeActivation("output", 3),
        "silu": NativeActivation("input"),
        "tanh": NativeActivation("output"),
        "sigmoid": NativeActivation("output"),
    }
)
MOST_NUMBERS = max(kind.n_numbers for kind in NATIVE_ACTIVATIONS.values())


class ActivationEmitter(ExponentialEmitter):
    """Per name a value of x, and a gradient of g and what is saved; both take the numbers, spread to all lanes."""

    def activation(self, name: str) -> Callable[..., ir.Value]:
        """The value, which stays NaN where x is."""
        body = getattr(self, f"_{name}")
        return lambda x, *numbers: self.unless_nan(x, body(x, *numbers))

    def activation_gradient(self, name: str) -> Callable[..., ir.Value]:
        """The gradient below."""
        body: Callable[..., ir.Value] = getattr(self, f"_{name}_gradient")
        return body

    # values

    def _identity(self, x: ir.Value) -> ir.Value:
        return x

    def _relu(self, x: ir.Value) -> ir.Value:
        return self.larger(x, self.constant(0.0))

    def _leaky_relu(self, x: ir.Value, slope: ir.Value) -> ir.Value:
        return self.b.select(self._is_positive(x), x, self.b.fmul(slope, x))

    def _elu(self, x: ir.Value, below: ir.Value, above: ir.Value, inside: ir.Value) -> ir.Value:
        """Above x where x > 0, else below (e^(inside x) - 1)."""
        b = self.b
        negative = b.fmul(below, self.expm1(b.fmul(inside, self.smaller(x, self.constant(0.0)))))
        return b.select(self._is_positive(x), b.fmul(above, x), negative)

    def _silu(self, x: ir.Value) -> ir.Value:
        """X / (1 + e^-x)."""
        return self.b.fdiv(x, self._one_plus_exp_minus(x))

    def _tanh(self, x: ir.Value) -> ir.Value:
        """With t = e^(-2|x|) - 1 it is -t / (2 + t); one beyond 10, and odd."""
        b = self.b
        size = self.smaller(self.call("fabs", x), self.constant(10.0))
        t = self.expm1(b.fmul(size, self.constant(-2.0)))
        return self.call("copysign", b.fdiv(t, b.fadd(t, self.constant(2.0))), x)

    def _sigmoid(self, x: ir.Value) -> ir.Value:
        """1 / (1 + e^-x)."""
        return self.b.fdiv(self.constant(1.0), self._one_plus_exp_minus(x))

    # gradients

    def _identity_gradient(self, g: ir.Value, y: ir.Value) -> ir.Value:
        return g

    def _relu_gradient(self, g: ir.Value, y: ir.Value) -> ir.Value:
        """A NaN passes it on, as in torch."""
        return self.b.select(self.b.fcmp_ordered("<=", y, self.constant(0.0)), self.constant(0.0), g)

    def _leaky_relu_gradient(self, g: ir.Value, x: ir.Value, slope: ir.Value) -> ir.Value:
        return self.b.select(self._is_positive(x), g, self.b.fmul(slope, g))

    def _elu_gradient(self, g: ir.Value, y: ir.Value, below: ir.Value, above: ir.Value, inside: ir.Value) -> ir.Value:
        """Above where y > 0, else inside (y + below)."""
        b = self.b
        return b.fmul(g, b.select(self._is_positive(y), above, b.fmul(inside, b.fadd(y, below))))

    def _silu_gradient(self, g: ir.Value, x: ir.Value) -> ir.Value:
        """S (1 + x (1 - s)) with s = sigmoid(x)."""
        one = self.constant(1.0)
        s = self._sigmoid(x)
        return self.b.fmul(g, self.b.fmul(s, self.multiply_add(x, self.b.fsub(one, s), one)))

    def _tanh_gradient(self, g: ir.Value, y: ir.Value) -> ir.Value:
        b = self.b
        return b.fmul(g, b.fsub(self.constant(1.0), b.fmul(y, y)))

    def _sigmoid_gradient(self, g: ir.Value, y: ir.Value) -> ir.Value:
        b = self.b
        return b.fmul(g, b.fmul(b.fsub(self.constant(1.0), y), y))

    # parts

    def _is_positive(self, x: ir.Value) -> ir.Value:
        return self.b.fcmp_ordered(">", x, self.constant(0.0))

    def _one_plus_exp_minus(self, x: ir.Value) -> ir.Value:
        """1 + e^-x; infinite where e^-x is."""
        bounded = self.smaller(self.larger(self.b.fneg(x), self.constant(SMALLEST)), self.constant(LARGEST))
        p, power = self.exp_parts(bounded)
        one = self.constant(1.0)
        return self.multiply_add(power, self.b.fadd(p, one), one)
