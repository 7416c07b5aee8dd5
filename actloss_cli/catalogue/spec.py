"""What a declaration of a function says; the one place that every other room reads it from.

Layout of every tensor here: units or classes on axis 1, that is `[B, C]` in the plain loop and
`[T, C, B]` in a stack, with T trials, C units and B samples. A callable that treats axis 1 as the
feature axis and everything else as batch therefore serves both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from torch import Tensor, nn, optim

from actloss_cli.catalogue.interval import REAL, Interval

Kind: TypeAlias = Literal["regression", "binary", "multiclass"]
KINDS: tuple[Kind, ...] = ("regression", "binary", "multiclass")
HyperValue: TypeAlias = float | bool | tuple[float, ...]
Hyper: TypeAlias = Mapping[str, HyperValue]
Target: TypeAlias = Literal["standardised", "zero_one", "minus_plus", "index", "one_hot"]
State: TypeAlias = dict[str, Tensor]


@dataclass(frozen=True)
class InPlaceKernel:
    """A hand-derived activation on preallocated buffers; no autograd graph, no allocation.

    `forward(z, out, hyper)` writes f(z) into `out` (the same buffer as `z` where `saves` is "output").
    `backward(grad, saved, hyper)` multiplies `grad` by f' in place; `saved` is z or f(z), as `saves` says.
    """

    forward: Callable[[Tensor, Tensor, Hyper], object]
    backward: Callable[[Tensor, Tensor, Hyper], object]
    saves: Literal["input", "output"]


@dataclass(frozen=True, kw_only=True)
class ActivationSpec:
    """A function inside the hidden layers, after the last linear layer, or both.

    `apply(x, **hyper, **learnable)` maps `[.., features on axis 1, ..]` to the same shape. `learnable` names
    parameters (one scalar per layer, with its initial value) that arrive as tensors which broadcast against x.
    `range` may depend on the hyperparameters; read it through `range_for`.
    """

    name: str
    formula: str
    source: str
    apply: Callable[..., Tensor]
    module: Callable[..., nn.Module]
    """The torch module that the plain loop uses, called with the hyperparameters."""
    range: Interval | Callable[[Hyper], Interval]
    init_gain: float
    aliases: tuple[str, ...] = ()
    hyper: Hyper = field(default_factory=dict)
    learnable: Mapping[str, float] = field(default_factory=dict)
    along_features: bool = False
    """True where one feature's result depends on the others (softmax)."""
    hidden: bool = True
    output: bool = True
    kernel: InPlaceKernel | None = None

    def range_for(self, hyper: Hyper) -> Interval:
        """The values that the function can take under these hyperparameters."""
        return self.range(hyper) if callable(self.range) else self.range


@dataclass(frozen=True)
class Coding:
    """How a loss wants the target of one kind of task."""

    target: Target
    per_class: bool = False
    """One unit per class (C; 2 for binary) instead of a single unit."""


@dataclass(frozen=True)
class Implied:
    """The class probabilities that outputs imply.

    `p` is `[T, K, N]` over K classes (2 for binary), NaN for a trial that implies none;
    `has_log_loss` is `[T]`: False where p is only good for a Brier score (values had to be clipped).
    """

    p: Tensor
    has_log_loss: Tensor


@dataclass(frozen=True, kw_only=True)
class LossSpec:
    """A loss, per sample; the caller reduces.

    `per_sample(u, target, **hyper)` takes u `[.., C on axis 1, ..]` and gives the shape without axis 1. Targets:
    `[.., 1, ..]` or `[.., C, ..]` floats; for index codings class indices without axis 1.
    """

    name: str
    formula: str
    source: str
    takes: Literal["probability", "logit", "margin", "logits", "probabilities", "log-probabilities", "real"]
    codings: Mapping[Kind, Coding]
    per_sample: Callable[..., Tensor]
    gradient: Callable[..., Tensor] | None = None
    """`gradient(u, target, **hyper)`: the derivative of `per_sample` by u, shaped like u; else autograd serves."""
    module: Callable[..., nn.Module] | None = None
    """The torch class, mean reduction, where one exists; the plain loop uses it."""
    implied: Callable[[Tensor], Implied] | None = None
    """Outputs u `[T, C, N]` of a classifier to class probabilities; None where the loss implies none."""
    proper: Literal["proper", "not proper", "biased", ""] = ""
    domain: Interval = REAL
    """Where the loss is defined; an output whose range leaves it makes the pairing invalid."""
    aliases: tuple[str, ...] = ()
    hyper: Hyper = field(default_factory=dict)
    units_follow_output: bool = False
    """In binary: two units under an output that acts along the features, else one."""


@dataclass(frozen=True, kw_only=True)
class OptimizerSpec:
    """An optimizer whose update acts on flat buffers, with the meaning of its torch class.

    `update(param, grad, state, step, lr, hyper)` changes `param` `[n]` in place; `grad` may be overwritten, `lr` is
    `[n]` or broadcasts, `step` counts from 1. `state` holds a buffer `[n]`, zero at first, per name in `state_names`.
    """

    name: str
    formula: str
    source: str
    torch_class: type[optim.Optimizer]
    update: Callable[[Tensor, Tensor, State, int, Tensor, Hyper], None]
    state_names: Callable[[Hyper], tuple[str, ...]]
    lr_range: tuple[float, float]
    hyper: Hyper = field(default_factory=dict)
    torch_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that make the torch class run the plain algorithm (`foreach=False`), beyond `hyper` and `lr`."""
    elementwise: bool = True
    """Whether one parameter's update depends on nothing but its own gradient and state."""
    aliases: tuple[str, ...] = ()


Spec: TypeAlias = ActivationSpec | LossSpec | OptimizerSpec
