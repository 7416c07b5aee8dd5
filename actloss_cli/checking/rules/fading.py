"""Gradients that fade on the way down to the first layer, beside what the mean field expects."""

import itertools
import math
from collections.abc import Callable, Iterator

from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.checking.case import Case, Layer
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.initial import init_of
from actloss_cli.checking.known_ops import (
    AFFINE,
    MAPS,
)
from actloss_cli.checking.trace import DATA
from actloss_cli.theory.depth import properties_of_widths

FADED, GONE = 1e-4, 1e-7
"""Rms of the first layer's gradient over the last's."""


def fading_gradients(case: Case) -> Iterator[Finding]:
    """The first layer's gradient against the last's."""
    layers = [layer for layer in case.layers if layer.gradient is not None and layer.weight.requires_grad]
    sizes = [_rms(layer.gradient) for layer in layers if layer.gradient is not None]
    if len(sizes) < 3 or not all(map(math.isfinite, sizes)) or not sizes[-1] or not sizes[0]:
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
        fix="# relu with nn.init.kaiming_normal_, normalisation (nn.BatchNorm1d, nn.LayerNorm), or residual "
        "connections",
        numbers={"ratio": ratio},
        symptom=1,
    )


def _rms(gradient: Tensor) -> float:
    return float(gradient.detach().norm()) / math.sqrt(gradient.numel())


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
        slope = "sigmoid's slope is at most 0.25: each layer takes at least three quarters"
        return slope if names == {"sigmoid"} else ""
    try:
        activation = catalogue.find_activation(next(iter(names)))
    except catalogue.UnknownFunction:
        return ""
    widths = (layers[0].weight.shape[1], *(layer.weight.shape[0] for layer in layers))
    rms = float(case.inputs[0].detach().double().square().mean().sqrt()) if case.inputs[0].is_floating_point() else 1.0
    ratio = properties_of_widths(Choice.of(activation.name), init, tuple(map(int, widths)), rms).gradient_ratio
    return (
        f"{activation.name} under init {init} in {len(layers) - 1} hidden layers: {ratio:.1g}"
        if math.isfinite(ratio)
        else ""
    )


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (fading_gradients,)
