"""LLVM code for losses: at once each trial's weighted mean and, if it is wanted, the gradient of their sum.

Single precision. A lane is a sample; classes are gone through one after another. Formulas and their cases at the
edges are those of the catalogue's own `per_sample` and `gradient`, to rounding.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from llvmlite import ir

from actloss_cli.native.emitter import INDEX, LANE
from actloss_cli.native.exponentials import ExponentialEmitter
from actloss_cli.native.machine import Target

KERAS_EPSILON = 1e-7
LOWEST_LOG = -100.0
"""Of torch's binary cross-entropy."""


@dataclass(frozen=True)
class NativeLoss:
    """What of a loss's arguments its code must know."""

    n_numbers: int = 0
    takes_index: bool = False
    """Class indices `[T, B]`, not a target shaped like u."""


NATIVE_LOSSES: Mapping[str, NativeLoss] = MappingProxyType(
    {
        "mse": NativeLoss(),
        "mae": NativeLoss(),
        "huber": NativeLoss(1),
        "smooth_l1": NativeLoss(1),
        "log_cosh": NativeLoss(),
        "quantile": NativeLoss(1),
        "poisson": NativeLoss(),
        "bce": NativeLoss(),
        "bce_with_logits": NativeLoss(),
        "soft_margin": NativeLoss(),
        "hinge": NativeLoss(),
        "squared_hinge": NativeLoss(),
        "cross_entropy": NativeLoss(1, takes_index=True),
        "categorical_cross_entropy": NativeLoss(),
        "sparse_categorical_cross_entropy": NativeLoss(takes_index=True),
        "nll": NativeLoss(takes_index=True),
    }
)


def emit_loss(target: Target, name: str) -> ir.Module:
    """`mean`: (means, u, target, weights, T, C, B, step, numbers..), and `gradient` with (means, grad, u, ..).

    u `[T, C, B]`, B in whole vectors; the weights of a trial are `step` after those of the one before.
    """
    module = ir.Module(name)
    emitter = _LossEmitter(module, target, ir.FloatType())
    for has_gradient in (False, True):
        emitter.loss(NATIVE_LOSSES[name], getattr(emitter, name), has_gradient=has_gradient)
    return module


@dataclass(frozen=True)
class _Samples:
    """Some samples of one trial, as many as lanes: arrays at their first class, rows B apart."""

    u: ir.Value
    grad: ir.Value | None
    target: ir.Value
    weights: ir.Value
    """A vector."""
    B: ir.Value
    C: ir.Value
    n_classes: ir.Value
    """C as a number, in each lane."""


class _LossEmitter(ExponentialEmitter):
    # how trials and classes are gone through

    def loss(self, kind: NativeLoss, body: Callable[..., ir.Value], *, has_gradient: bool) -> None:
        """The body gives the loss of some samples, and stores their gradients."""
        array = self.scalar.as_pointer()
        target_type = INDEX.as_pointer() if kind.takes_index else array
        pointers = [array, *[array] * has_gradient, array, target_type, array]
        values = self.begin(
            "gradient" if has_gradient else "mean", [*pointers, *[INDEX] * 4, *[self.scalar] * kind.n_numbers]
        )
        for value in values[: len(pointers)]:
            value.add_attribute("noalias")
        means, *grads, u, target, weights = values[: len(pointers)]
        T, C, B, step = values[len(pointers) : len(pointers) + 4]
        numbers = [self.spread(number) for number in values[len(pointers) + 4 :]]
        b = self.b
        n_classes = self.spread(b.uitofp(C, self.scalar))
        with self.loop(T) as t:
            total = self.variable(self.constant(0.0))
            with self.loop(b.udiv(B, self.index(self.L))) as k:
                place = b.mul(k, self.index(self.L))
                first = b.add(b.mul(t, b.mul(C, B)), place)
                samples = _Samples(
                    u=self.at(u, first),
                    grad=self.at(grads[0], first) if grads else None,
                    target=self.at(target, b.add(b.mul(t, B), place) if kind.takes_index else first),
                    weights=self.load_vector(self.at(weights, b.add(b.mul(t, step), place))),
                    B=B,
                    C=C,
                    n_classes=n_classes,
                )
                losses = body(samples, *numbers)
                b.store(b.fadd(b.load(total), b.fmul(losses, samples.weights)), total)
            b.store(self.sum_of_lanes(b.load(total)), self.at(means, t))
        b.ret_void()

    @contextmanager
    def _classes(self, samples: _Samples) -> Iterator[tuple[ir.Value, ir.Value]]:
        """Goes through the classes: number and place."""
        with self.loop(samples.C) as c:
            yield c, self.b.mul(c, samples.B)

    def _u(self, samples: _Samples, place: ir.Value) -> ir.Value:
        return self.load_vector(self.at(samples.u, place))

    def _indices(self, samples: _Samples) -> ir.Value:
        """The samples' true classes as short integers."""
        wide = ir.VectorType(INDEX, self.L)
        indices = self.b.load(self.b.bitcast(samples.target, wide.as_pointer()), align=8)
        return self.b.trunc(indices, ir.VectorType(LANE, self.L))

    def _is(self, indices: ir.Value, c: ir.Value) -> ir.Value:
        """Whether c is the samples' true class."""
        empty = ir.Constant(indices.type, ir.Undefined)
        number = self.b.insert_element(empty, self.b.trunc(c, LANE), LANE(0))
        return self.b.icmp_unsigned("==", indices, self.shuffle(number, empty, lambda lane: 0))

    def _store(self, samples: _Samples, place: ir.Value, gradient: ir.Value) -> None:
        """Times the samples' weights."""
        if samples.grad is not None:
            self.store_vector(self.b.fmul(gradient, samples.weights), self.at(samples.grad, place))

    def _mean(self, samples: _Samples, body: Callable[[ir.Value, ir.Value], tuple[ir.Value, ir.Value]]) -> ir.Value:
        """The mean over the classes of what is computed for each alone: loss and derivative, from u and y."""
        b, total = self.b, self.variable(self.constant(0.0))
        with self._classes(samples) as (_, place):
            loss, slope = body(self._u(samples, place), self.load_vector(self.at(samples.target, place)))
            b.store(b.fadd(b.load(total), loss), total)
            self._store(samples, place, b.fdiv(slope, samples.n_classes))
        return b.fdiv(b.load(total), samples.n_classes)

    # on real values

    def mse(self, samples: _Samples) -> ir.Value:
        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            d = self.b.fsub(u, y)
            return self.b.fmul(d, d), self.b.fadd(d, d)

        return self._mean(samples, body)

    def mae(self, samples: _Samples) -> ir.Value:
        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            d = self.b.fsub(u, y)
            return self.call("fabs", d), self._sign(d)

        return self._mean(samples, body)

    def huber(self, samples: _Samples, delta: ir.Value) -> ir.Value:
        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            b, half = self.b, self.constant(0.5)
            d = b.fsub(u, y)
            size = self.call("fabs", d)
            linear = b.fmul(delta, b.fsub(size, b.fmul(half, delta)))
            is_far = b.fcmp_ordered(">=", size, delta)
            return (
                b.select(is_far, linear, b.fmul(b.fmul(half, d), d)),
                b.select(is_far, self.call("copysign", delta, d), d),
            )

        return self._mean(samples, body)

    def smooth_l1(self, samples: _Samples, beta: ir.Value) -> ir.Value:
        """With beta 0 the quadratic part is empty, and the division by 0 is not chosen."""

        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            b, half = self.b, self.constant(0.5)
            d = b.fsub(u, y)
            size = self.call("fabs", d)
            is_near, scaled = b.fcmp_ordered("<", size, beta), b.fdiv(d, beta)
            return (
                b.select(is_near, b.fmul(b.fmul(half, d), scaled), b.fsub(size, b.fmul(half, beta))),
                b.select(is_near, scaled, self._sign(d)),
            )

        return self._mean(samples, body)

    def log_cosh(self, samples: _Samples) -> ir.Value:
        """|d| + ln(1 + t / 2) with t = e^(-2 |d|) - 1; its derivative is tanh d = -t / (2 + t)."""

        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            b = self.b
            d = b.fsub(u, y)
            size = self.call("fabs", d)
            t = self.expm1(b.fmul(size, self.constant(-2.0)))
            tanh = self.call("copysign", b.fdiv(t, b.fadd(t, self.constant(2.0))), d)
            loss = b.fadd(size, self.log1p(b.fmul(t, self.constant(0.5))))
            return loss, self.unless_nan(d, tanh)

        return self._mean(samples, body)

    def quantile(self, samples: _Samples, q: ir.Value) -> ir.Value:
        """On the target the mean of its slopes on either side."""

        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            b = self.b
            d = b.fsub(u, y)
            rest = b.fsub(self.constant(1.0), q)
            slope = b.fadd(b.fmul(self._sign(d), self.constant(0.5)), b.fsub(self.constant(0.5), q))
            return b.select(b.fcmp_ordered("<", d, self.constant(0.0)), b.fneg(b.fmul(q, d)), b.fmul(rest, d)), slope

        return self._mean(samples, body)

    def poisson(self, samples: _Samples) -> ir.Value:
        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            rate = self.exp(u)
            return self.b.fsub(rate, self.b.fmul(y, u)), self.b.fsub(rate, y)

        return self._mean(samples, body)

    # on one unit per decision

    def bce(self, samples: _Samples) -> ir.Value:
        """NaN outside [0, 1]; logarithms and the derivative's denominator are bounded as torch has them."""

        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            b, zero, one, lowest = self.b, self.constant(0.0), self.constant(1.0), self.constant(LOWEST_LOG)
            of_one, of_zero = self._at_least(self.log(u), lowest), self._at_least(self.log1p(b.fneg(u)), lowest)
            rest = b.fsub(one, u)
            loss = b.fsub(b.fmul(b.fsub(y, one), of_zero), b.fmul(y, of_one))
            is_inside = b.and_(b.fcmp_ordered(">=", u, zero), b.fcmp_ordered("<=", u, one))
            slope = b.fdiv(b.fsub(u, y), self._at_least(b.fmul(rest, u), self.constant(1e-12)))
            return b.select(is_inside, loss, self.constant(float("nan"))), slope

        return self._mean(samples, body)

    def bce_with_logits(self, samples: _Samples) -> ir.Value:
        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            b = self.b
            softened, sigmoid = self._logistic(u)
            return b.fadd(b.fmul(b.fsub(self.constant(1.0), y), u), softened), b.fsub(sigmoid, y)

        return self._mean(samples, body)

    def soft_margin(self, samples: _Samples) -> ir.Value:
        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            b = self.b
            softened, wrong = self._logistic(b.fneg(b.fmul(u, y)), negated=True)
            return softened, b.fneg(b.fmul(wrong, y))

        return self._mean(samples, body)

    def hinge(self, samples: _Samples) -> ir.Value:
        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            b, zero = self.b, self.constant(0.0)
            short = b.fsub(self.constant(1.0), b.fmul(u, y))
            return self._at_least(short, zero), b.select(b.fcmp_ordered(">=", short, zero), b.fneg(y), zero)

        return self._mean(samples, body)

    def squared_hinge(self, samples: _Samples) -> ir.Value:
        def body(u: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
            b = self.b
            short = self._at_least(b.fsub(self.constant(1.0), b.fmul(u, y)), self.constant(0.0))
            return b.fmul(short, short), b.fmul(b.fmul(short, y), self.constant(-2.0))

        return self._mean(samples, body)

    # on one unit per class

    def cross_entropy(self, samples: _Samples, smoothing: ir.Value) -> ir.Value:
        """From u less its maximum; exponentials wait in the gradient's place for their sum."""
        b, zero = self.b, self.constant(0.0)
        indices = self._indices(samples)
        highest = self.variable(self._u(samples, self.index(0)))
        with self._classes(samples) as (_, place):
            b.store(self.larger(self._u(samples, place), b.load(highest)), highest)
        shift = b.load(highest)
        total, of_true, of_all = (self.variable(zero) for _ in range(3))
        with self._classes(samples) as (c, place):
            logit = b.fsub(self._u(samples, place), shift)
            power = self.exp_not_positive(logit)
            b.store(b.fadd(b.load(total), power), total)
            b.store(b.fadd(b.load(of_all), logit), of_all)
            b.store(b.select(self._is(indices, c), logit, b.load(of_true)), of_true)
            if samples.grad is not None:
                self.store_vector(power, self.at(samples.grad, place))
        share = b.fdiv(smoothing, samples.n_classes)
        rest = b.fsub(self.constant(1.0), smoothing)
        if samples.grad is not None:
            scale = b.fdiv(self.constant(1.0), b.load(total))
            with self._classes(samples) as (c, place):
                p = b.fmul(self.load_vector(self.at(samples.grad, place)), scale)
                wanted = b.fadd(share, b.select(self._is(indices, c), rest, zero))
                self._store(samples, place, b.fsub(p, wanted))
        loss = b.fsub(self.log(b.load(total)), b.fmul(rest, b.load(of_true)))
        # without smoothing a wrong class that is infinitely far must not count: 0 times infinity is NaN
        is_plain = b.fcmp_ordered("==", smoothing, zero)
        return b.select(is_plain, loss, b.fsub(loss, b.fmul(share, b.load(of_all))))

    def nll(self, samples: _Samples) -> ir.Value:
        b, zero = self.b, self.constant(0.0)
        indices, of_true = self._indices(samples), self.variable(zero)
        with self._classes(samples) as (c, place):
            is_true = self._is(indices, c)
            b.store(b.select(is_true, self._u(samples, place), b.load(of_true)), of_true)
            self._store(samples, place, b.select(is_true, self.constant(-1.0), zero))
        return b.fneg(b.load(of_true))

    def categorical_cross_entropy(self, samples: _Samples) -> ir.Value:
        """For a one-hot target."""
        return self._of_probabilities(samples, lambda c, place: self.load_vector(self.at(samples.target, place)))

    def sparse_categorical_cross_entropy(self, samples: _Samples) -> ir.Value:
        indices = self._indices(samples)
        return self._of_probabilities(
            samples, lambda c, place: self.b.select(self._is(indices, c), self.constant(1.0), self.constant(0.0))
        )

    def _of_probabilities(self, samples: _Samples, y: Callable[[ir.Value, ir.Value], ir.Value]) -> ir.Value:
        """-ln of the true class's share in the sum, clipped as Keras does; no gradient where it is clipped."""
        b, zero, one = self.b, self.constant(0.0), self.constant(1.0)
        low, high = self.constant(KERAS_EPSILON), self.constant(1 - KERAS_EPSILON)
        total, of_true = self.variable(zero), self.variable(zero)
        with self._classes(samples) as (c, place):
            u = self._u(samples, place)
            b.store(b.fadd(b.load(total), u), total)
            b.store(self.multiply_add(u, y(c, place), b.load(of_true)), of_true)
        p = b.fdiv(b.load(of_true), b.load(total))
        is_low, is_high = b.fcmp_ordered("<", p, low), b.fcmp_ordered(">", p, high)
        if samples.grad is not None:
            of_all, pull = b.fdiv(one, b.load(total)), b.fdiv(one, b.load(of_true))
            with self._classes(samples) as (c, place):
                slope = b.fsub(of_all, b.fmul(y(c, place), pull))
                self._store(samples, place, b.select(b.or_(is_low, is_high), zero, slope))
        return b.fneg(self.log(b.select(is_low, low, b.select(is_high, high, p))))

    # parts

    def _logistic(self, x: ir.Value, *, negated: bool = False) -> tuple[ir.Value, ir.Value]:
        """ln(1 + e^-x) or, if negated, ln(1 + e^x); and 1 / (1 + e^-x)."""
        b, zero, one = self.b, self.constant(0.0), self.constant(1.0)
        power = self.exp_not_positive(b.fneg(self.call("fabs", x)))
        is_negative = b.fcmp_ordered("<", x, zero)
        sigmoid = b.fdiv(b.select(is_negative, power, one), b.fadd(one, power))
        is_steep = b.fcmp_ordered(">", x, zero) if negated else is_negative
        return b.fadd(b.select(is_steep, self.call("fabs", x), zero), self.log1p(power)), sigmoid

    def _sign(self, x: ir.Value) -> ir.Value:
        """-1, 0 or 1; NaN for NaN."""
        is_zero = self.b.fcmp_ordered("==", x, self.constant(0.0))
        return self.unless_nan(x, self.b.select(is_zero, x, self.call("copysign", self.constant(1.0), x)))

    def _at_least(self, x: ir.Value, bound: ir.Value) -> ir.Value:
        """NaN for NaN."""
        return self.b.select(self.b.fcmp_ordered("<", x, bound), bound, x)
