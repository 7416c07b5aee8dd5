"""Units of the hidden layers that are dead, saturated, or without a slope."""

from collections.abc import Callable, Iterator

from torch import Tensor

from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.known_ops import (
    FLAT,
    RECTIFIERS,
    STEPS,
)
from actloss_cli.checking.rules.data import unscaled_inputs
from actloss_cli.checking.trace import Op

MOST_DEAD = 0.9
"""Share of a layer's units; with few rows half of them may be 0 by chance."""

MOST_SATURATED = 0.8
"""Share of a layer's values."""

LEAST_ROWS = 4


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
    said, give = ("every unit", "gives") if all_dead else (f"{100 * share:.0f} % of the units", "give")
    yield Finding(
        level=Level.ERROR if blocked else Level.WARNING,
        rule="dead-units",
        where=op.where,
        sentence=f"{said} of {op.name} {op.at} {give} 0 for every row: no gradient passes them"
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
                where=op.where,
                sentence=f"{100 * share:.0f} % of the values of {op.name} {op.at} are at its "
                "flat ends: hardly any "
                "gradient passes",
                evidence=_before(op),
                theory=f"there the slope of {op.name} is below a hundredth of 1"
                if op.name == "tanh"
                else "there the slope of sigmoid is below 0.01, of 0.25 at most",
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
            where=op.where,
            sentence=f"{op.name} has slope 0 everywhere: every gradient is exactly 0, and nothing can be learnt",
            evidence=f"all {len(known)} gradients are 0",
            fix=f"# {op.name} for predictions alone; the loss takes what comes before it",
        )


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (dead_units, saturated_units, no_slope)
