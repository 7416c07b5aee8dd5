"""The hidden layers: non-linearity, dead and saturated units, gradients that fade on the way down."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping

from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.checking.case import Case, Layer
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.known_ops import (
    AFFINE,
    BATCH_NORMS,
    FLAT,
    LINEAR,
    LINEAR_ALL,
    MAPS,
    NOT_LINEAR_PRODUCTS,
    PASSING,
    RECTIFIERS,
    STEPS,
)
from actloss_cli.checking.initial import init_of
from actloss_cli.checking.rules.data import unscaled_inputs
from actloss_cli.checking.trace import DATA, Op
from actloss_cli.theory.depth import properties_of_widths

MOST_DEAD = 0.9
"""Share of a layer's units; with few rows half of them may be 0 by chance."""
MOST_SATURATED = 0.8
"""Share of a layer's values."""
FADED, GONE = 1e-4, 1e-7
"""Rms of the first layer's gradient over the last's."""
LEAST_ROWS = 4


def linear_throughout(case: Case) -> Iterator[Finding]:
    """Several layers with weights and no non-linearity between input and loss."""
    if not case.heads or case.output is None:
        return
    reached = _ancestors(case.trace.producer(case.heads[0].u))
    inside = [op for op in reached if not op.in_loss and DATA in op.origin]
    layers = [op for op in inside if op.name in LINEAR and len(op.tensors) > 1]
    before_head = {id(step.op) for step in case.heads[0].steps}
    if len(layers) < 2 or any(not _is_linear(op) for op in inside if id(op) not in before_head):
        return
    layers.sort(key=case.trace.ops.index)
    # a narrow layer in between is what makes a factorisation, or a linear autoencoder, what it is
    widths = [int(op.tensors[1].shape[0]) for op in layers]
    narrow = min(widths[:-1]) < min(int(layers[0].tensors[1].shape[1]), widths[-1])
    yield Finding(
        level=Level.NOTE if narrow else Level.WARNING,
        rule="no-non-linearity",
        where=layers[0].module,
        sentence=f"{len(layers)} layers follow one another without a non-linearity: the model is a linear one however deep it is",
        evidence=f"from {layers[0].module or 'the first layer'} to {layers[-1].module or 'the last'}: "
        f"{' -> '.join(op.name for op in sorted(inside, key=case.trace.ops.index))[:160]}",
        theory="a product of matrices is a matrix",
        fix="x = F.relu(self.fc1(x))  # or nn.ReLU() between the linear layers",
    )


def _is_linear(op: Op) -> bool:
    if op.name in NOT_LINEAR_PRODUCTS:
        return sum(DATA in parent.origin for parent in op.parents if parent is not None) <= 1
    return op.name in LINEAR_ALL


def missing_between(case: Case) -> Iterator[Finding]:
    """One pair of linear layers with nothing between them, in a model that has non-linearities elsewhere."""
    consumers: dict[int, list[Op]] = {}
    for op in case.trace.ops:
        for parent in op.parents:
            if parent is not None:
                consumers.setdefault(id(parent), []).append(op)
    for op in case.model_ops:
        below = _linear_below(op)
        if below is None or not _ends_plainly(op, consumers):
            continue
        if len(consumers.get(id(below), [])) > 1:
            continue
        width, n_in, n_out = below.tensors[1].shape[0], below.tensors[1].shape[1], op.tensors[1].shape[0]
        if width < min(n_in, n_out) or all(_is_linear(one) for one in case.model_ops if DATA in one.origin and one not in _head_ops(case)):
            continue
        yield Finding(
            level=Level.WARNING,
            rule="no-non-linearity-between",
            where=op.module,
            sentence=f"{below.module or 'a linear layer'} feeds {op.module or 'the next'} without a non-linearity in between: "
            "the two are one linear layer",
            evidence=f"linear {n_in} to {width}, then linear {width} to {n_out}",
            fix=f"x = F.relu(x)  # between {below.module or 'the one'} and {op.module or 'the other'}",
        )
        return


def _head_ops(case: Case) -> list[Op]:
    return [step.op for head in case.heads for step in head.steps]


def _linear_below(op: Op) -> Op | None:
    """The linear layer whose results come in with nothing but shapes, dropout and scaling on the way."""
    if op.name != "linear" or op.in_loss or not op.parents:
        return None
    below = op.parents[0]
    while below is not None and below.name in PASSING | BATCH_NORMS and below.parents:
        if below.name in ("view", "reshape", "getitem", "transpose", "permute", "select", "chunk", "split"):
            return None  # heads of attention, steps of a sequence
        below = below.parents[0]
    return below if below is not None and below.name == "linear" and len(below.tensors) > 1 else None


def _ends_plainly(op: Op, consumers: Mapping[int, list[Op]]) -> bool:
    """Whether an activation, the loss, or nothing takes its results: no attention, no residual sum."""
    after = consumers.get(id(op), [])
    while len(after) == 1 and after[0].name in PASSING:
        after = consumers.get(id(after[0]), [])
    return all(one.in_loss or one.name in (MAPS - AFFINE) | {"softmax", "log_softmax"} for one in after)


def dead_units(case: Case) -> Iterator[Finding]:
    """Rectifiers that give 0 for every row."""
    worst: tuple[float, Op] | None = None
    for op in case.model_ops:
        if op.name not in RECTIFIERS or not op.outputs or op.output.dim() < 2 or len(op.output) < LEAST_ROWS:
            continue
        share = _dead_share(op.output.detach())
        if share >= MOST_DEAD and (worst is None or share > worst[0]):
            worst = share, op
    if worst is None:
        return
    share, op = worst
    all_dead = share == 1.0
    blocked = all_dead and _passes_nothing(case)
    said = "every unit" if all_dead else f"{100 * share:.0f} % of the units"
    yield Finding(
        level=Level.ERROR if blocked else Level.WARNING,
        rule="dead-units",
        where=op.module,
        sentence=f"{said} of {op.name} at {op.module or 'forward'} give 0 for every row: no gradient passes them"
        + (", and nothing below learns" if blocked else ""),
        evidence=_before(op),
        theory="the gradient of a rectifier is 0 wherever it gives 0",
        fix="nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')\nnn.init.zeros_(layer.bias)",
        numbers={"dead": share},
        symptom=1,
    )


def _dead_share(values: Tensor) -> float:
    """Features on axis 1 or on the last one, whichever has fewer dead."""
    zero = values == 0
    shares = []
    for axis in {1, values.dim() - 1}:
        rest = [i for i in range(values.dim()) if i != axis]
        all_zero = zero
        for i in sorted(rest, reverse=True):
            all_zero = all_zero.all(i)
        shares.append(float(all_zero.double().mean()))
    return min(shares)


def _passes_nothing(case: Case) -> bool:
    gradients = [layer.gradient for layer in case.layers if layer.gradient is not None]
    return bool(gradients) and not bool(gradients[0].ne(0).any())


def _before(op: Op) -> str:
    parent = op.parents[0] if op.parents else None
    if parent is None or not parent.outputs or parent.output is op.output:
        return ""
    values = parent.output.detach()
    return f"pre-activations from {float(values.min()):.3g} to {float(values.max()):.3g}"


def saturated_units(case: Case) -> Iterator[Finding]:
    """Sigmoids and tanhs of hidden layers at their flat ends."""
    heads = {id(step.op) for head in case.heads for step in head.steps}
    if any(unscaled_inputs(case)):
        return
    for op in case.model_ops:
        if op.name not in FLAT or not op.outputs or id(op) in heads or op.output.numel() < LEAST_ROWS:
            continue
        low, high = FLAT[op.name]
        values = op.output.detach()
        share = float(((values < low) | (values > high)).double().mean())
        if share >= MOST_SATURATED:
            yield Finding(
                level=Level.WARNING,
                rule="saturated-units",
                where=op.module,
                sentence=f"{100 * share:.0f} % of the values of {op.name} at {op.module or 'forward'} are at its flat ends: hardly any "
                "gradient passes",
                evidence=_before(op),
                theory=f"there the slope of {op.name} is below a hundredth of 1" if op.name == "tanh" else "there the slope of sigmoid is below 0.01, of 0.25 at most",
                fix="nn.init.xavier_uniform_(layer.weight)  # and standardised inputs",
                numbers={"saturated": share},
                symptom=1,
            )
            return


def no_slope(case: Case) -> Iterator[Finding]:
    """Steps such as round or sign in the way of every gradient."""
    ops = [op for op in case.trace.ops if op.name in STEPS and any(t.requires_grad for t in op.tensors)]
    if not ops or not case.gradients:
        return
    known = [gradient for gradient in case.gradients.values() if gradient is not None]
    if known and not any(bool(gradient.ne(0).any()) for gradient in known):
        op = ops[-1]
        yield Finding(
            level=Level.ERROR,
            rule="no-slope",
            where=op.module or ("the loss function" if op.in_loss else "forward"),
            sentence=f"{op.name} has slope 0 everywhere: every gradient is exactly 0, and nothing can be learnt",
            evidence=f"all {len(known)} gradients are 0",
            fix=f"# {op.name} for predictions alone; the loss takes what comes before it",
        )


def fading_gradients(case: Case) -> Iterator[Finding]:
    """The first layer's gradient against the last's."""
    layers = [layer for layer in case.layers if layer.gradient is not None and layer.weight.requires_grad]
    if len(layers) < 3 or not all(_finite(layer) for layer in layers):
        return
    sizes = [_rms(layer.gradient) for layer in layers if layer.gradient is not None]
    if not sizes[-1] or not sizes[0]:
        return
    ratio = sizes[0] / sizes[-1]
    fading = sum(a < b for a, b in itertools.pairwise(sizes)) >= 0.7 * (len(sizes) - 1)
    if ratio > FADED or not fading:
        return
    names = _activations(case)
    yield Finding(
        level=Level.ERROR if ratio < GONE else Level.WARNING,
        rule="vanishing-gradient",
        where=layers[0].name,
        sentence=f"gradients fade on the way down: that of {layers[0].name} is {ratio:.1g} of the last layer's, over "
        f"{len(layers)} layers",
        evidence="rms by layer: " + ", ".join(f"{size:.1g}" for size in _thinned(sizes)),
        theory=_expected(case, layers, names),
        fix="# relu with nn.init.kaiming_normal_, normalisation (nn.BatchNorm1d, nn.LayerNorm), or residual connections",
        numbers={"ratio": ratio},
        symptom=1,
    )


def _finite(layer: Layer) -> bool:
    return layer.gradient is not None and bool(layer.gradient.isfinite().all())


def _rms(gradient: Tensor) -> float:
    return float(gradient.detach().double().square().mean().sqrt())


def _thinned(sizes: list[float]) -> list[float]:
    step = max(len(sizes) // 6, 1)
    return sizes[::step]


def _activations(case: Case) -> set[str]:
    heads = {id(step.op) for head in case.heads for step in head.steps}
    return {op.name for op in case.model_ops if op.name in MAPS - AFFINE and id(op) not in heads and DATA in op.origin}


def _expected(case: Case, layers: list[Layer], names: set[str]) -> str:
    """What the mean field says of a plain MLP with one activation of the catalogue and a known init."""
    init = init_of(layer.weight for layer in layers)
    linear = all(layer.op.name == "linear" for layer in layers)
    if len(names) != 1 or not linear or init is None:
        return "sigmoid's slope is at most 0.25: each layer takes at least three quarters" if names == {"sigmoid"} else ""
    try:
        activation = catalogue.find_activation(next(iter(names)))
    except catalogue.UnknownFunction:
        return ""
    widths = (layers[0].weight.shape[1], *(layer.weight.shape[0] for layer in layers))
    rms = float(case.inputs[0].detach().double().square().mean().sqrt()) if case.inputs[0].is_floating_point() else 1.0
    ratio = properties_of_widths(Choice.of(activation.name), init, tuple(map(int, widths)), rms).gradient_ratio
    return f"{activation.name} under init {init} in {len(layers) - 1} hidden layers: {ratio:.1g}" if math.isfinite(ratio) else ""


def _ancestors(op: Op | None) -> list[Op]:
    found, stack, seen = list[Op](), [op] if op else [], set[int]()
    while stack:
        one = stack.pop()
        if id(one) not in seen:
            seen.add(id(one))
            found.append(one)
            stack.extend(parent for parent in one.parents if parent is not None)
    return found


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    linear_throughout,
    missing_between,
    dead_units,
    saturated_units,
    no_slope,
    fading_gradients,
)
