"""LLVM code for what is done to each number alone: activations, their gradients, and optimizers' steps.

One pass over memory each.
"""

from collections.abc import Callable, Sequence

from llvmlite import ir

from actloss_cli.native.activations_code import NATIVE_ACTIVATIONS, ActivationEmitter
from actloss_cli.native.emitter import INDEX
from actloss_cli.native.machine import Target


def emit_functions(target: Target) -> ir.Module:
    """Single precision, by name: (z, out, n, numbers..), and name_gradient: (grad, saved, n, numbers..)."""
    module = ir.Module("functions")
    emitter = _MapEmitter(module, target, ir.FloatType())
    for name, kind in NATIVE_ACTIVATIONS.items():
        emitter.function(name, kind.n_numbers, emitter.activation(name))
        emitter.gradient(f"{name}_gradient", kind.n_numbers, emitter.activation_gradient(name))
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


class _MapEmitter(ActivationEmitter):
    # how arrays are passed through

    def function(self, name: str, n_scalars: int, body: Callable[..., ir.Value]) -> None:
        """From one array to another, or the same."""
        array = self.scalar.as_pointer()
        z, out, n, *scalars = self.begin(name, [array, array, INDEX, *[self.scalar] * n_scalars])
        wide = [self.spread(scalar) for scalar in scalars]
        with self.loop(self.b.udiv(n, self.index(self.L))) as k:
            place = self.b.mul(k, self.index(self.L))
            x = self.load_vector(self.at(z, place))
            self.store_vector(body(x, *wide), self.at(out, place))
        self.b.ret_void()

    def gradient(self, name: str, n_scalars: int, body: Callable[..., ir.Value]) -> None:
        """The body takes a gradient and what the function saved, and gives the gradient below, in its place."""
        array = self.scalar.as_pointer()
        grad, saved, n, *scalars = self.begin(name, [array, array, INDEX, *[self.scalar] * n_scalars])
        wide = [self.spread(scalar) for scalar in scalars]
        with self.loop(self.b.udiv(n, self.index(self.L))) as k:
            place = self.b.mul(k, self.index(self.L))
            at = self.at(grad, place)
            self.store_vector(body(self.load_vector(at), self.load_vector(self.at(saved, place)), *wide), at)
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
