"""What a declaration of a function says; the one place that every other room reads it from.

Layout of every tensor here: units or classes on axis 1, that is `[B, C]` in the plain loop and
`[T, C, B]` in a stack, with T trials, C units and B samples. A callable that treats axis 1 as the
feature axis and everything else as batch therefore serves both.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from torch import Tensor, nn, optim

from actloss_cli.catalogue.interval import POSITIVE, REAL, Interval

Kind: TypeAlias = Literal["regression", "binary", "multiclass"]
KINDS: tuple[Kind, ...] = ("regression", "binary", "multiclass")
HyperValue: TypeAlias = float | int | bool | str | tuple[float, ...]
Hyper: TypeAlias = Mapping[str, HyperValue]
Target: TypeAlias = Literal["standardised", "rate", "zero_one", "minus_plus", "index", "one_hot"]
State: TypeAlias = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What every declaration says."""

    name: str
    formula: str
    source: str
    """Authors (year), or where torch has it."""
    aliases: tuple[str, ...] = ()
    hyper: Hyper = field(default_factory=dict)
    """The function's own hyperparameters with their defaults; a text has its values in `options`."""
    limits: Mapping[str, Interval] = field(default_factory=dict)
    """Where a hyperparameter (each part of a tuple) must lie; one that is not named may be any finite number."""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values that a hyperparameter of text may have."""
    fault: str = ""
    """Why it can't be trained, found when a function that is not the catalogue's was checked; "" where it can."""
    keeps_trials_apart: bool = True
    """Whether it treats each trial of a stack as it would alone; else the plain loop trains its trials."""

    @property
    def settings(self) -> Hyper:
        """All that a config may set, with defaults: the function's own hyperparameters and those of its role."""
        return self.hyper

    def own(self, settings: Hyper) -> Hyper:
        """Of these settings, those that the function itself takes."""
        return {name: settings[name] for name in self.hyper}

    def conflict(self, settings: Hyper) -> str:
        """Why these settings, each sound by itself, don't go together; "" where they do."""
        return ""

    def options_for(self, name: str) -> tuple[str, ...]:
        """The values that the setting of that name may have, if it is text."""
        return self.options[name]

    def limits_for(self, name: str) -> Interval:
        """Where the setting of that name must lie."""
        return self.limits.get(name, REAL)


@dataclass(frozen=True)
class Kink:
    """Where a function has no derivative (a corner or a jump), and the one that PyTorch's backward uses there."""

    at: float
    slope: float


@dataclass(frozen=True)
class InPlaceKernel:
    """A hand-derived activation on preallocated buffers; no autograd graph, no allocation.

    `forward(z, out, hyper)` writes f(z) into `out` (the same buffer as `z` where `saves` is "output").
    `backward(grad, saved, hyper)` multiplies `grad` by f' in place; `saved` is z or f(z), as `saves` says.
    `native(hyper)` is the name and the numbers of emitted code that does the same to the bit, where there is any.
    """

    forward: Callable[[Tensor, Tensor, Hyper], object]
    backward: Callable[[Tensor, Tensor, Hyper], object]
    saves: Literal["input", "output"]
    native: Callable[[Hyper], tuple[str, tuple[float, ...]]] | None = None


@dataclass(frozen=True, kw_only=True)
class ActivationSpec(Spec):
    """A function inside the hidden layers, after the last linear layer, or both.

    `apply(x, **hyper, **learnable)` maps `[.., features on axis 1, ..]` to the same shape. Learnable parameters (one
    scalar per layer) arrive as tensors which broadcast against x. A stochastic function takes `noise` as well:
    uniform numbers in [0, 1), shaped like x, or None outside training. `range`, `kinks` and `learnable` may depend on
    the hyperparameters; read them through `range_for`, `kinks_for` and `learnable_for`.
    """

    apply: Callable[..., Tensor]
    module: Callable[..., nn.Module] | None = None
    """The torch module, called with the hyperparameters, where torch has the function; the plain loop uses it."""
    range: Interval | Callable[[Hyper], Interval]
    kinks: tuple[Kink, ...] | Callable[[Hyper], tuple[Kink, ...]] = ()
    init_gain: float | None = None
    """What convention says (`torch.nn.init.calculate_gain`); None: 1 / sqrt(E f(z)²) for z ~ N(0, 1)."""
    learnable: Mapping[str, float] | Callable[[Hyper], Mapping[str, float]] = field(default_factory=dict)
    """Initial values by name."""
    along_features: bool = False
    """True where one feature's result depends on the others (softmax)."""
    stochastic: bool = False
    hidden: bool = True
    output: bool = True
    kernel: InPlaceKernel | None = None

    def range_for(self, hyper: Hyper) -> Interval:
        """The values that the function can take under these hyperparameters."""
        return self.range(hyper) if callable(self.range) else self.range

    def kinks_for(self, hyper: Hyper) -> tuple[Kink, ...]:
        """Where the function has no derivative under these hyperparameters."""
        return self.kinks(hyper) if callable(self.kinks) else self.kinks

    def learnable_for(self, hyper: Hyper) -> Mapping[str, float]:
        """The learnable parameters with their initial values."""
        return self.learnable(hyper) if callable(self.learnable) else self.learnable


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


CLASS_WEIGHT: Hyper = {"class_weight": "none"}
"""Of a loss on classes: `balanced` weighs each class by n / (K n_class), so that all count the same."""
CLASS_WEIGHTS = ("none", "balanced")

Properness: TypeAlias = Literal["proper", "not proper", "biased", ""]


@dataclass(frozen=True, kw_only=True)
class LossSpec(Spec):
    """A loss, per sample; the caller reduces.

    `per_sample(u, target, **hyper)` takes u `[.., C on axis 1, ..]` and gives the shape without axis 1. Targets:
    `[.., 1, ..]` or `[.., C, ..]` floats; for index codings class indices without axis 1.
    """

    takes: Literal[
        "probability", "logit", "margin", "logits", "margins", "probabilities", "log-probabilities", "real", "log-rate"
    ]
    codings: Mapping[Kind, Coding]
    per_sample: Callable[..., Tensor]
    normalises: bool = False
    """Of a loss that takes probabilities: whether it divides them by their sum."""
    gradient: Callable[..., Tensor] | None = None
    """`gradient(u, target, **hyper)`: the derivative of `per_sample` by u, shaped like u; else autograd serves."""
    native: str | None = None
    """The emitted code that does both, by its name in `NATIVE_LOSSES`; it takes the hyperparameters in their order."""
    module: Callable[..., nn.Module] | None = None
    """The torch class, mean reduction, where one exists; the plain loop uses it."""
    divides_by_weights: bool = False
    """Under class weights: the torch class takes `weight` and divides by a minibatch's sum of weights, not by n."""
    implied: Callable[[Tensor], Implied] | None = None
    """Outputs u `[T, C, N]` of a classifier to class probabilities; None where the loss implies none."""
    proper: Properness | Callable[[Hyper], Properness] = ""
    link: Callable[[Tensor], Tensor] | None = None
    """Of a regression: outputs to predictions, in the target's coded units, where these differ (exp for a log-rate)."""
    domain: Interval = REAL
    """Where the loss is defined; an output whose range leaves it makes the pairing invalid."""
    overflows_above: float = math.inf
    """Beyond this u the loss itself is infinite in float64 (exp)."""
    units_follow_output: bool = False
    """In binary: two units under an output that acts along the features, else one."""

    @property
    def settings(self) -> Hyper:
        """The loss's own hyperparameters; for a loss on classes `class_weight` too."""
        return {**self.hyper, **CLASS_WEIGHT} if self.serves_classes else self.hyper

    def conflict(self, settings: Hyper) -> str:
        """Class weights weigh samples, smoothed labels belong to several classes."""
        if settings.get("class_weight") == "balanced" and settings.get("label_smoothing"):
            return "class_weight with label_smoothing"
        return ""

    @property
    def serves_classes(self) -> bool:
        """Whether it has a coding for classes."""
        return any(kind != "regression" for kind in self.codings)

    def options_for(self, name: str) -> tuple[str, ...]:
        """The values that the setting of that name may have, if it is text."""
        return CLASS_WEIGHTS if name in CLASS_WEIGHT else self.options[name]

    def proper_for(self, hyper: Hyper) -> Properness:
        """Whether its expectation is least at the true probabilities, under these hyperparameters."""
        return self.proper(hyper) if callable(self.proper) else self.proper


REGIME: Hyper = {"schedule": "constant", "clip": "none", "clip_at": 1.0}
"""Of every optimizer: the learning rate over the steps, and what bounds a trial's gradient before the update."""
SCHEDULES = ("constant", "cosine", "step", "warmup", "warmup_cosine")
CLIPS = ("none", "norm", "value")


@dataclass(frozen=True, kw_only=True)
class OptimizerSpec(Spec):
    """An optimizer with the meaning of its torch class, as an update of whole stacks where it can be one.

    `update(param, grad, state, step, lr, hyper)` changes `param` in place; `grad` may be overwritten, `step` counts
    from 1, `state` holds a buffer like `param`, zero at first, per name in `state_names`. An elementwise update gets
    flat buffers `[n]` of all parameters, and lr `[n]`; any other is called for one matrix or vector at a time, with
    param `[T, O, I]` or `[T, O]` and lr that broadcasts, and must keep trials apart. Without an update the plain loop
    trains one trial after another.
    """

    torch_class: Callable[..., optim.Optimizer]
    """Takes the model's named parameters, `lr`, the hyperparameters and `torch_kwargs`."""
    update: Callable[[Tensor, Tensor, State, int, Tensor, Hyper], None] | None
    elementwise: bool = True
    """Whether one parameter's update depends on nothing but its own gradient and state."""
    state_names: Callable[[Hyper], tuple[str, ...]] = lambda hyper: ()
    sizes_its_steps: bool = False
    """Whether the learning rate is but its first step's size, and of a gradient the signs alone count."""
    lr_range: tuple[float, float]
    wraps: str = ""
    """What is behind a `torch_class` of our own, such as `torch.optim.Muon`."""
    torch_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that make the torch class run the plain algorithm (`foreach=False`), beyond `hyper` and `lr`."""

    @property
    def stackable(self) -> bool:
        """Whether it trains whole stacks; else the plain loop trains its trials one after another."""
        return self.update is not None and self.keeps_trials_apart

    @property
    def torch_name(self) -> str:
        """The class as PyTorch's documentation names it."""
        return self.wraps or f"torch.optim.{self.torch_class.__name__}"

    @property
    def settings(self) -> Hyper:
        """The optimizer's own hyperparameters, then the schedule of its learning rate and the clipping."""
        return {**self.hyper, **REGIME}

    def conflict(self, settings: Hyper) -> str:
        """A bound is nothing without what it bounds, nor is a regime that the steps don't follow."""
        if self.sizes_its_steps and (settings["schedule"], settings["clip"]) != (REGIME["schedule"], REGIME["clip"]):
            return "schedule or clip with steps that set their own size and take the gradient's signs alone"
        if settings["clip"] == "none" and settings["clip_at"] != REGIME["clip_at"]:
            return "clip_at without clip: norm or clip: value"
        return ""

    def options_for(self, name: str) -> tuple[str, ...]:
        """The values that the setting of that name may have, if it is text."""
        return {"schedule": SCHEDULES, "clip": CLIPS}.get(name) or self.options[name]

    def limits_for(self, name: str) -> Interval:
        """Where the setting of that name must lie."""
        return POSITIVE if name == "clip_at" else super().limits_for(name)
