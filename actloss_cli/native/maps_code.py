"""LLVM code for what is done to each number alone: functions whose value needs an exponential, and optimizers' steps.

One pass over memory each.
"""

from collections.abc import Callable, Sequence

from llvmlite import ir

from actloss_cli.native.emitter import INDEX
from actloss_cli.native.exponentials import LARGEST, SMALLEST, ExponentialEmitter
from actloss_cli.native.machine import Target


def emit_functions(target: Target) -> ir.Module:
    """Single precision: `tanh`, `sigmoid`, `silu`: (z, out, n); `elu`: (z, out, n, below, above, inside).

    `silu_gradient`: (grad, z, n).
    """
    module = ir.Module("functions")
    emitter = _MapEmitter(module, target, ir.FloatType())
    for name, function in (("tanh", emitter.tanh), ("sigmoid", emitter.sigmoid), ("silu", emitter.silu)):
        emitter.function(name, 0, function)
    emitter.function("elu", 3, emitter.elu)
    emitter.gradient("silu_gradient", emitter.silu_gradient)
    return module


def emit_updates(target: Target, scalar: ir.Type) -> ir.Module:
    """Steps of optimizers, in one pass: parameters, what is kept, gradients, rates, n, numbers."""
    module = ir.Module("updates")
    emitter = _MapEmitter(module, target, scalar)
    emitter.update("momentum", 2, 2, emitter.momentum)
    emitter.update("adagrad", 2, 2, emitter.adagrad)
    emitter.update("rmsprop", 2, 3, emitter.rmsprop)
    emitter.update("adam", 3, 6, emitter.adam)
    return module


class _MapEmitter(ExponentialEmitter):
    # how arrays are passed through

    def function(self, name: str, n_scalars: int, body: Callable[..., ir.Value]) -> None:
        """From one array to another, or the same; NaN stays NaN whatever the body makes of it."""
        array = self.scalar.as_pointer()
        z, out, n, *scalars = self.begin(name, [array, array, INDEX, *[self.scalar] * n_scalars])
        wide = [self.spread(scalar) for scalar in scalars]
        with self.loop(self.b.udiv(n, self.index(self.L))) as k:
            place = self.b.mul(k, self.index(self.L))
            x = self.load_vector(self.at(z, place))
            self.store_vector(self.unless_nan(x, body(x, *wide)), self.at(out, place))
        self.b.ret_void()

    def gradient(self, name: str, body: Callable[..., ir.Value]) -> None:
        """The body takes a gradient and what the function saved, and gives the gradient below, in its place."""
        array = self.scalar.as_pointer()
        grad, saved, n = self.begin(name, [array, array, INDEX])
        with self.loop(self.b.udiv(n, self.index(self.L))) as k:
            place = self.b.mul(k, self.index(self.L))
            at = self.at(grad, place)
            self.store_vector(body(self.load_vector(at), self.load_vector(self.at(saved, place))), at)
        self.b.ret_void()

    def update(self, name: str, n_kept: int, n_scalars: int, body: Callable[..., Sequence[ir.Value]]) -> None:
        """(parameter and what else is kept.., gradient, lr, n, scalars..): the body gives the n_kept new values."""
        arrays = [self.scalar.as_pointer()] * (n_kept + 2)
        values = self.begin(name, [*arrays, INDEX, *[self.scalar] * n_scalars])
        pointers, n = values[: len(arrays)], values[len(arrays)]
        wide = [self.spread(scalar) for scalar in values[len(arrays) + 1 :]]
        with self.loop(self.b.udiv(n, self.index(self.L))) as k:
            places = [self.at(pointer, self.b.mul(k, self.index(self.L))) for pointer in pointers]
            new = body(*(self.load_vector(place) for place in places), *wide)
            for value, place in zip(new, places[:n_kept], strict=True):
                self.store_vector(value, place)
        self.b.ret_void()

    # functions

    def tanh(self, x: ir.Value) -> ir.Value:
        """With t = e^(-2|x|) - 1 it is -t / (2 + t); one beyond 10, and odd."""
        b = self.b
        size = self.smaller(self.call("fabs", x), self.constant(10.0))
        t = self.expm1(b.fmul(size, self.constant(-2.0)))
        return self.call("copysign", b.fdiv(t, b.fadd(t, self.constant(2.0))), x)

    def sigmoid(self, x: ir.Value) -> ir.Value:
        """1 / (1 + e^-x)."""
        return self.b.fdiv(self.constant(1.0), self._one_plus_exp_minus(x))

    def silu(self, x: ir.Value) -> ir.Value:
        """X / (1 + e^-x)."""
        return self.b.fdiv(x, self._one_plus_exp_minus(x))

    def elu(self, x: ir.Value, below: ir.Value, above: ir.Value, inside: ir.Value) -> ir.Value:
        """Above x where x > 0, else below (e^(inside x) - 1)."""
        b = self.b
        zero = self.constant(0.0)
        negative = b.fmul(below, self.expm1(b.fmul(inside, self.smaller(x, zero))))
        return b.select(b.fcmp_ordered(">", x, zero), b.fmul(above, x), negative)

    # gradients

    def silu_gradient(self, g: ir.Value, x: ir.Value) -> ir.Value:
        """S (1 + x (1 - s)) with s = sigmoid(x)."""
        one = self.constant(1.0)
        s = self.sigmoid(x)
        return self.b.fmul(g, self.b.fmul(s, self.multiply_add(x, self.b.fsub(one, s), one)))

    # optimizers; scalars are such that a step needs no division but one

    def momentum(self, p: ir.Value, v: ir.Value, g: ir.Value, lr: ir.Value, *s: ir.Value) -> Sequence[ir.Value]:
        """Scalars momentum, share: v = momentum v + share g; p -= lr v."""
        keep, share = s
        v = self.multiply_add(keep, v, self.b.fmul(share, g))
        return self.multiply_add(self.b.fneg(lr), v, p), v

    def adagrad(self, p: ir.Value, v: ir.Value, g: ir.Value, lr: ir.Value, *s: ir.Value) -> Sequence[ir.Value]:
        """Scalars eps, slowed: v += g²; p -= lr slowed g / (sqrt(v) + eps)."""
        eps, slowed = s
        v = self.multiply_add(g, g, v)
        change = self.b.fdiv(g, self.b.fadd(self.call("sqrt", v), eps))
        return self.multiply_add(self.b.fneg(self.b.fmul(lr, slowed)), change, p), v

    def rmsprop(self, p: ir.Value, v: ir.Value, g: ir.Value, lr: ir.Value, *s: ir.Value) -> Sequence[ir.Value]:
        """Scalars alpha, 1 - alpha, eps: v = alpha v + (1 - alpha) g²; p -= lr g / (sqrt(v) + eps)."""
        alpha, rest, eps = s
        v = self.multiply_add(self.b.fmul(rest, g), g, self.b.fmul(alpha, v))
        change = self.b.fdiv(g, self.b.fadd(self.call("sqrt", v), eps))
        return self.multiply_add(self.b.fneg(lr), change, p), v

    def adam(
        self, p: ir.Value, m: ir.Value, v: ir.Value, g: ir.Value, lr: ir.Value, *s: ir.Value
    ) -> Sequence[ir.Value]:
        """Scalars 1 - beta1, beta2, 1 - beta2, 1 / root of v's correction, eps, 1 / m's correction."""
        b = self.b
        fresh, keep, rest, root, eps, size = s
        m = self.multiply_add(fresh, b.fsub(g, m), m)
        v = self.multiply_add(b.fmul(rest, g), g, b.fmul(keep, v))
        scale = self.multiply_add(self.call("sqrt", v), root, eps)
        return self.multiply_add(self.b.fneg(b.fmul(lr, size)), b.fdiv(m, scale), p), m, v

    # parts

    def _one_plus_exp_minus(self, x: ir.Value) -> ir.Value:
        """1 + e^-x; infinite where e^-x is."""
        bounded = self.smaller(self.larger(self.b.fneg(x), self.constant(SMALLEST)), self.constant(LARGEST))
        p, power = self.exp_parts(bounded)
        one = self.constant(1.0)
        return self.multiply_add(power, self.b.fadd(p, one), one)
