"""What likelihoods that the catalogue has no name for take beside outputs and targets: variances, blanks."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import Head, head_before


def variances(case: Case) -> Iterator[Finding]:
    """A Gaussian's variance that nothing keeps above 0."""
    for head in case.heads:
        variance = head.settings.get("var")
        made = case.trace.producer(variance) if isinstance(variance, Tensor) else None
        if head.function != "gaussian_nll_loss" or variance is None or made is None:
            continue
        way = head_before(variance, made, head.function, "", None, {}, None)
        if way.interval is None or way.interval.low >= 0:
            continue
        yield Finding(
            level=Level.ERROR,
            rule="variance-below-0",
            where=head.loss_label,
            sentence=f"{head.loss_label} takes a variance, and what it gets can be negative: nothing keeps it above 0",
            evidence=f"{way.chain} before it; {float((variance < 0).double().mean()):.0%} of it is negative in this "
            "minibatch",
            theory="PyTorch raises at the first negative variance, and clamps small ones without a gradient",
            fix="var = F.softplus(raw) + 1e-6  # or raw.exp()",
        )
        return


def blanks(case: Case) -> Iterator[Finding]:
    """Targets of CTC that hold its blank as if it were a label."""
    for head in case.heads:
        labels = _labels(head) if head.function == "ctc_loss" and head.target is not None else None
        blank = head.settings.get("blank", 0)
        if labels is None or not bool((labels == blank).any()):
            continue
        yield Finding(
            level=Level.ERROR,
            rule="blank-as-label",
            where=head.loss_label,
            sentence=f"the targets hold {blank}, which F.ctc_loss takes for the blank: no alignment can spell it",
            evidence=f"{int((labels == blank).sum())} of {labels.numel()} labels are {blank}",
            fix="targets = targets + 1  # class 0 is the blank; one unit more in the last layer",
        )
        return


def _labels(head: Head) -> Tensor | None:
    """`[n]`: without what only pads them; None where lengths and targets do not fit."""
    assert head.target is not None
    target, lengths = head.target.detach(), torch.as_tensor(head.settings.get("target_lengths", ()))
    if target.dim() == 1:
        return target
    if target.dim() != 2 or lengths.shape != target.shape[:1]:
        return None
    within = torch.arange(target.shape[1], device=target.device) < lengths.to(target.device)[:, None]
    return target[within]


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (variances, blanks)
