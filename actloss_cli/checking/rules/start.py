"""Where the model starts: units or outputs that are all the same, rows that mix, losses far from those expected."""

import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from actloss_cli.checking.case import Case, Layer
from actloss_cli.checking.expected import expected_loss, start_loss
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.rules.data import unscaled_inputs
from actloss_cli.theory.facts import number

MOST_LOSS = 5.0
"""Times what one who knows nothing gets."""
MOST_ERROR = 100.0
"""The same of a squared error, which grows with the square of the outputs."""
SAME = 1e-6
LEAST_MIXING = 1e-3


def symmetric_units(case: Case) -> Iterator[Finding]:
    """Hidden layers of which every unit has the same weights and the same gradient: they stay the same for ever."""
    stuck = [layer for layer in case.layers[:-1] if _is_symmetric(layer)]
    if not _keeps_symmetry(case.layers[-1:]):
        # what gets no gradient as yet gets a varied one once the last layer, zero at first, has moved
        stuck = [layer for layer in stuck if layer.gradient is not None and bool(layer.gradient.ne(0).any())]
    if not stuck:
        yield from _constant_weights(case)
        return
    names = ", ".join(layer.name for layer in stuck[:3])
    value = float(stuck[0].weight.detach().flatten()[0])
    zero = all(bool((layer.weight == 0).all()) for layer in stuck)
    yield Finding(
        level=Level.ERROR,
        rule="symmetric-units",
        where=stuck[0].name,
        sentence=f"all units of {names} start the same and get the same gradient: they stay one and the same unit"
        + (", and here none gets any" if zero else ""),
        evidence=f"every weight of {stuck[0].name} is {value:g}"
        if zero or _is_constant(stuck[0].weight)
        else f"rows of {stuck[0].name}.weight are equal",
        theory="only different initial weights let units become different",
        fix="nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')  # zeros are for biases",
    )


def _constant_weights(case: Case) -> Iterator[Finding]:
    """The same, but for biases that differ: each unit sees the same sum of its inputs."""
    alike = [layer for layer in case.layers[:-1] if _is_constant(layer.weight.detach()) and layer.weight.shape[0] > 1]
    if any(bool(layer.weight.ne(0).any()) for layer in case.layers):  # some that are zero at first may be meant so
        alike = [layer for layer in alike if layer.gradient is not None and bool(layer.weight.ne(0).all())]
    if alike:
        yield Finding(
            level=Level.WARNING,
            rule="symmetric-units",
            where=alike[0].name,
            sentence=f"all units of {alike[0].name} start with the same weights: they see the same sum of their "
            "inputs, and only "
            "biases tell them apart",
            evidence=f"every weight is {float(alike[0].weight.detach().flatten()[0]):g}",
            theory="only different initial weights let units become different",
            fix="nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')",
        )


def _is_symmetric(layer: Layer) -> bool:
    weight, gradient = layer.weight.detach(), layer.gradient
    # two rows that differ, as nearly always, tell it at once
    if (
        gradient is None
        or len(weight) < 2
        or not torch.equal(weight[0], weight[1])
        or not bool((weight == weight[:1]).all())
    ):
        return False
    return bool(((gradient - gradient[:1]).abs() <= SAME * gradient.abs().max()).all())


def _keeps_symmetry(last: Sequence[Layer]) -> bool:
    """Whether the last layer's gradient is the same for all that comes in."""
    gradients = [layer.gradient.flatten(1) for layer in last if layer.gradient is not None]
    return all(bool(((g - g[:, :1]).abs() <= SAME * g.abs().max()).all()) for g in gradients)


def _is_constant(weight: Tensor) -> bool:
    value = weight.flatten()[0]
    return bool((weight[0] == value).all()) and bool((weight == value).all())


def constant_output(case: Case) -> Iterator[Finding]:
    """The same output for every row, though rows differ, and weights that don't explain it by being 0 at first."""
    output = case.output
    if output is None or case.n_rows < 2 or output.dim() < 1 or len(output) != case.n_rows or case.failure is not None:
        return
    values = output.detach().double().reshape(len(output), -1)
    size = float(values.abs().max())
    if not values.isfinite().all() or float((values - values[:1]).abs().max()) > SAME * max(size, 1e-12):
        return
    if all(len(one) != case.n_rows or bool((one == one[:1]).all()) for one in case.inputs if one.dim()):
        return
    if any(bool((p == 0).all()) for p in case.model.parameters() if p.requires_grad and p.numel() > 1 and p.dim() > 1):
        return  # zero at first, as a last layer or a residual branch may be: the gradient moves it
    yield Finding(
        level=Level.ERROR,
        rule="constant-output",
        sentence="the output is the same for every row, though the inputs differ",
        evidence=f"{values.shape[0]} rows, all {float(values[0, 0]):.4g} in the first unit",
        symptom=2,
    )


def far_start(case: Case) -> Iterator[Finding]:
    """A loss at the start that is many times that of one who knows nothing."""
    if any(unscaled_inputs(case)):
        return
    for head in case.heads:
        expected, here = expected_loss(head), start_loss(head, case.loss)
        if expected is None or here is None or not expected[0] > 0 or not math.isfinite(here):
            continue
        most = MOST_ERROR if head.loss in ("mse", "huber", "smooth_l1", "mae") else MOST_LOSS
        if here < most * expected[0] or any(step.name in ("mul", "div") for step in head.steps):
            continue  # a scale or a temperature is set on purpose
        spread = float(head.u.detach().double().square().mean().sqrt())
        yield Finding(
            level=Level.WARNING,
            rule="far-start",
            where=head.loss_label,
            sentence=f"the loss starts at {here:.3g}, {number(here / expected[0])} times that of one who knows "
            "nothing: the model is "
            "confidently wrong before it has seen anything",
            evidence=f"rms of the outputs {spread:.3g}",
            theory=f"{expected[1]} = {expected[0]:.4g}",
            fix="nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')  # or PyTorch's own; check the "
            "inputs' scale",
            numbers={"loss": here, "expected": expected[0]},
            symptom=1,
        )
        return


def mixed_rows(case: Case) -> Iterator[Finding]:
    """One row's output that depends on another row's input."""
    if case.mixing > LEAST_MIXING:
        two = [list(one.shape[:2]) for one in (*case.inputs[:1], *case.targets[:1]) if one.dim() > 1]
        or_time = "; fine if axis 0 is time, as PyTorch's recurrent layers have it" if two[1:] == two[:1] else ""
        yield Finding(
            level=Level.WARNING,
            rule="mixed-rows",
            sentence="the output of a row depends on the other rows' inputs: rows of a minibatch are mixed, as by "
            "a wrong view, "
            f"a missing batch_first=True, or a softmax over axis 0{or_time}",
            evidence=f"changing row 0 changes the others by {number(100 * case.mixing)} % as much",
            fix="nn.LSTM(.., batch_first=True)  # inputs [B, T, F]; x.flatten(1), not x.view(-1, n)",
            symptom=1,
        )


def no_gradient_at_all(case: Case) -> Iterator[Finding]:
    """Every gradient exactly 0, for whatever reason no other rule names."""
    known = [gradient for gradient in case.gradients.values() if gradient is not None]
    if not known or any(bool(gradient.ne(0).any()) for gradient in known):
        return
    perfect = isinstance(case.loss, Tensor) and float(case.loss.abs().sum()) == 0
    yield Finding(
        level=Level.ERROR,
        rule="no-gradient",
        sentence="every gradient is exactly 0: nothing is learnt"
        + (", and the loss is 0 at the start" if perfect else ""),
        evidence=f"all {len(known)} of {len(case.gradients)} parameters' gradients",
        symptom=2,
    )


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    symmetric_units,
    no_gradient_at_all,
    constant_output,
    far_start,
    mixed_rows,
)
