"""How activations and gradients grow from layer to layer before the first step, from the activation and `init` alone.

The mean field of a wide network (Poole et al., 2016; Schoenholz et al., 2017), with each layer's own n_in and n_out in
the variances of its weights. It assumes that a layer's pre-activations are normal and independent, which widths from
some hundreds on make true, and that the error at the output is independent of the weights. One row at a time.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.theory.gaussian import Moments, moments
from actloss_cli.theory.init_variance import INIT_VARIANCES
from actloss_cli.theory.likeness import share_kept

WIDTH = 32
"""Of a hidden layer, unless said."""


@dataclass(frozen=True)
class DepthProperties:
    """Expected numbers of L hidden layers, counted from the input; infinite, then NaN, where they leave float64.

    Rms is the root of a mean square over units, rows and drawn weights: those of the diagnostics of the same names.
    """

    activation_rms: tuple[float, ...]
    """`[L]`: of the values of each hidden layer."""
    mean: tuple[float, ...]
    """`[L]`: of these values; far from 0, compared with their rms, where a function is not centred."""
    zeros: tuple[float, ...]
    """`[L]`: the share of values that are exactly 0."""
    slope_ms: tuple[float, ...]
    """`[L]`: E f'(z)²."""
    likeness: tuple[float, ...] | None
    """`[L]`: correlation of the pre-activations of two rows, of which the inputs had none; near 1 the network
    hardly tells rows apart. None for a function along the features."""
    delta_rms: tuple[float, ...]
    """`[L + 1]`: rms of the gradient at the pre-activations of each linear layer, over that of the last one."""
    gradient_ratio: float
    """Rms of the gradient of the first layer's weights over that of the last's, for one row; NaN where both are 0."""

    @property
    def largest_rms(self) -> float:
        """Of the layers' values; infinite where they leave float64, 0 without hidden layers."""
        return max((math.inf if math.isnan(rms) else rms for rms in self.activation_rms), default=0.0)

    @property
    def off_centre(self) -> tuple[float, ...]:
        """`[L]`: |mean| over rms, from 0 for a function that is centred to 1 for one that is constant."""
        return tuple(abs(m) / rms if rms else 0.0 for m, rms in zip(self.mean, self.activation_rms, strict=True))

    @property
    def delta_growth(self) -> tuple[float, ...]:
        """`[L]`: by how much the rms of gradients grows as they pass down each hidden layer; below 1 they fade."""
        return tuple(_ratio(below, above) for below, above in itertools.pairwise(self.delta_rms))


def depth_properties(
    activation: Choice,
    init: str,
    depth: int,
    *,
    width: int = WIDTH,
    n_features: int = WIDTH,
    n_units: int = WIDTH,
    input_rms: float = 1.0,
) -> DepthProperties:
    """Of `depth` hidden layers of one width between so many inputs and outputs; see `properties_of_widths`."""
    return properties_of_widths(activation, init, (n_features, *(width,) * depth, n_units), input_rms)


@lru_cache(maxsize=4096)
def properties_of_widths(
    activation: Choice, init: str, widths: tuple[int, ...], input_rms: float = 1.0
) -> DepthProperties:
    """Of an MLP of these widths, inputs first and outputs last; `input_rms` over features and rows, 1 if standardised.

    With s² the variance of the weights of layer l, which has n_in inputs and n_out outputs, and b² that of its biases:
    pre-activations have variance q_l = s_l² n_in E f(z_(l-1))² + b_l² for z_(l-1) ~ N(0, q_(l-1)); the mean square of
    gradients grows by s_(l+1)² n_out E f'(z_l)² on the way down from layer l + 1 to l. Poole et al. (2016), eq. 3;
    Schoenholz et al. (2017), eq. 12; with n_in and n_out told apart as in Glorot & Bengio (2010), eq. 5 and 6.
    """
    variances = INIT_VARIANCES[init]
    layers = list(itertools.pairwise(widths))
    alone = not catalogue.activation(activation.name).along_features
    values_ms, products = input_rms**2, 0.0
    of_layers, likeness = list[Moments](), list[float]()
    for n_in, n_out in layers[:-1]:
        gain, bias = n_in * variances.weight(n_in, n_out), variances.bias(n_in, n_out)
        q = gain * values_ms + bias
        of_layers.append(moments(activation, q, n_out))
        values_ms = of_layers[-1].ms
        if alone:
            likeness.append(min((gain * products + bias) / q, 1.0) if q else 1.0)
            products = values_ms * share_kept(activation, q, likeness[-1]) if math.isfinite(q) else math.nan
    deltas_ms = [1.0]
    for found, (n_in, n_out) in zip(reversed(of_layers), reversed(layers[1:]), strict=True):
        deltas_ms.insert(0, deltas_ms[0] * n_out * variances.weight(n_in, n_out) * found.slope_ms)
    delta_rms = tuple(map(math.sqrt, deltas_ms))
    return DepthProperties(
        activation_rms=tuple(math.sqrt(found.ms) for found in of_layers),
        mean=tuple(found.mean for found in of_layers),
        zeros=tuple(found.zeros for found in of_layers),
        slope_ms=tuple(found.slope_ms for found in of_layers),
        likeness=tuple(likeness) if alone else None,
        delta_rms=delta_rms,
        gradient_ratio=_ratio(delta_rms[0] * input_rms, math.sqrt(values_ms)),
    )


def _ratio(a: float, b: float) -> float:
    """Infinite over 0; NaN for 0 over 0 and where both are infinite."""
    if b:
        return a / b
    return math.inf if a else math.nan
