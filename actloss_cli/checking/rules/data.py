"""What goes in: numbers that are none, scales that a network cannot start from."""

from collections.abc import Callable, Iterator

from torch import Tensor

from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.known_ops import LINEAR, PASSING, RECURRENT
from actloss_cli.checking.trace import Op

LARGEST_INPUT = 50.0
"""Rms of a feature; pixels from 0 to 255 have about 130, standardised features 1."""
LARGEST_TARGET = 100.0
"""Rms of a regression's target, in itself and over that of the outputs."""


def not_numbers(case: Case) -> Iterator[Finding]:
    """NaN or infinite values in the data."""
    for what, tensors in (("inputs", case.inputs), ("targets", case.targets)):
        for tensor in tensors:
            bad = ~tensor.isfinite() if tensor.is_floating_point() else None
            if bad is not None and bad.any():
                yield Finding(
                    level=Level.ERROR,
                    rule=f"{what}-not-finite",
                    sentence=f"the {what} hold values that are no finite numbers: every loss and gradient becomes NaN",
                    evidence=f"{int(bad.sum())} of {bad.numel()} values are NaN or infinite",
                    fix=f"{what} = torch.nan_to_num({what})  # or leave such rows out",
                )


def unscaled_inputs(case: Case) -> Iterator[Finding]:
    """Large features that go straight into a layer with weights."""
    for tensor in case.inputs:
        if not tensor.is_floating_point() or tensor.numel() < 2 or not tensor.isfinite().all():
            continue
        values = tensor.detach().double()
        rms = values.square().mean(0).sqrt().max() if values.dim() > 1 else values.square().mean().sqrt()
        if float(rms) < LARGEST_INPUT or not _goes_into_a_layer(case, tensor):
            continue
        whole = float(values.square().mean().sqrt())
        image = (
            "inputs = inputs / 255\n"
            if values.dim() == 4 and float(values.max()) <= 255 <= 2 * float(values.max())
            else ""
        )
        yield Finding(
            level=Level.WARNING,
            rule="unscaled-inputs",
            sentence=f"the inputs are not scaled, up to {float(values.abs().max()):.3g}: outputs and gradients start "
            "out as large, units saturate, and hardly any learning rate suits",
            evidence=f"rms {whole:.3g} over all features, {float(rms):.3g} of the largest",
            theory="initial weights are drawn for inputs of mean 0 and variance 1 (Glorot & Bengio 2010; He et "
            "al. 2015)",
            fix=image or "inputs = (inputs - train.mean(0)) / train.std(0).clamp_min(1e-8)",
            numbers={"rms": float(rms)},
        )


def _goes_into_a_layer(case: Case, tensor: Tensor) -> bool:
    def starts_from(op: Op) -> bool:
        for given, parent in zip(op.tensors, op.parents, strict=True):
            if given is tensor or (parent is not None and parent.name in PASSING and starts_from(parent)):
                return True
        return False

    return any(op.name in LINEAR | RECURRENT and starts_from(op) for op in case.model_ops)


def unscaled_targets(case: Case) -> Iterator[Finding]:
    """A regression's targets far beyond what outputs start with."""
    for head in case.heads:
        if head.loss not in ("mse", "mae", "huber", "smooth_l1") or head.target is None or head.swapped:
            continue
        target, u = head.target.detach().double(), head.u.detach().double()
        if not target.isfinite().all() or not u.isfinite().all() or not target.numel():
            continue
        size, start = float(target.square().mean().sqrt()), float(u.square().mean().sqrt())
        # under ranges that are not the whole line, what the output reaches is the matter
        ends = head.interval is None or (head.interval.low < 0 or head.interval.high > 1)
        if size > LARGEST_TARGET and size > LARGEST_TARGET * start and ends:
            yield Finding(
                level=Level.WARNING,
                rule="unscaled-targets",
                sentence=f"the targets are not scaled: rms {size:.3g}, where outputs start at {start:.2g}; the last "
                "layer's bias has all that way to go, and gradients start that large",
                evidence=f"targets from {float(target.min()):.4g} to {float(target.max()):.4g}; loss at start "
                f"{float(case.loss.sum()) if isinstance(case.loss, Tensor) else float('nan'):.3g}",
                fix="targets = (targets - train.mean()) / train.std()  # and undo it on predictions",
                numbers={"rms": size},
            )
            return


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (not_numbers, unscaled_inputs, unscaled_targets)
