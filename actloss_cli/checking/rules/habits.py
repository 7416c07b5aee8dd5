"""How a loss is used: its sign, its reduction, what it is fed, dropout before it."""

from collections.abc import Callable, Iterator

from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import Head
from actloss_cli.checking.known_ops import WEIGHTED


def negated(case: Case) -> Iterator[Finding]:
    """Every loss with the wrong sign; one of another network's outputs may be meant to grow, as a generator's is."""
    if case.heads and all(head.negated and not _by_another_network(head) for head in case.heads):
        label = case.heads[0].loss_label
        yield Finding(
            level=Level.ERROR,
            rule="loss-negated",
            where="the loss function",
            sentence=f"the loss has the wrong sign: it falls as {label} rises, so training makes the model worse",
            evidence="its gradient is that of the known loss, reversed",
            fix="loss = -log_likelihood.mean()  # minimise the negative of what is to grow",
        )


def _by_another_network(head: Head) -> bool:
    return head.source is not None and head.source.in_loss and head.source.name in WEIGHTED


def classes_compete(case: Case) -> Iterator[Finding]:
    """A softmax where rows have several labels."""
    for head in case.heads:
        names = {step.name for step in head.steps} | {head.seen_as}
        target = head.target
        if (
            head.loss not in ("bce", "mse", "mae")
            or not names & {"softmax"}
            or target is None
            or target.shape != head.u.shape
        ):
            continue
        if target.dim() < 2 or target.shape[1] < 2 or not bool(((target == 0) | (target == 1)).all()):
            continue
        ones = target.sum(1)
        if bool((ones > 1).any()):
            yield Finding(
                level=Level.ERROR,
                rule="classes-compete",
                where=head.steps[-1].where if head.steps else "",
                sentence=f"softmax shares one probability among {target.shape[1]} classes, but rows have up to "
                f"{int(ones.max())} labels",
                evidence=f"{int((ones > 1).sum())} of {len(ones)} rows have more than one",
                fix="return x  # logits\nloss = F.binary_cross_entropy_with_logits(logits, targets)",
            )


def harmless(case: Case) -> Iterator[Finding]:
    """What costs nothing but is not needed."""
    for head in case.heads:
        if head.loss == "cross_entropy" and head.output == "log_softmax" and head.steps:
            yield Finding(
                level=Level.NOTE,
                rule="log-softmax-twice",
                where=head.steps[-1].where,
                sentence="log_softmax before cross-entropy changes nothing: the loss applies it again, to the "
                "same result",
                fix="loss = F.nll_loss(log_probs, targets)  # or cross_entropy on the logits",
            )


def divergence_mean(case: Case) -> Iterator[Finding]:
    """kl_div's default reduction."""
    for head in case.heads:
        if head.function == "kl_div" and head.settings.get("reduction", "mean") == "mean" and head.n_units > 1:
            yield Finding(
                level=Level.WARNING,
                rule="kl-div-mean",
                where=head.loss_label,
                sentence=f"kl_div with reduction 'mean' divides by the {head.n_units} classes too: it is no "
                "divergence, and "
                f"gradients are {head.n_units} times too small",
                fix="loss = F.kl_div(log_probs, probs, reduction='batchmean')",
            )


def unnormalised_logs(case: Case) -> Iterator[Finding]:
    """Log-probabilities that are none, where the chain says nothing."""
    for head in case.heads:
        takes_logs = head.loss in ("nll", "kl_div") or head.function == "ctc_loss"
        is_known = head.output is not None and head.function != "ctc_loss"
        if not takes_logs or is_known or head.swapped or head.u.dim() < 2 or not head.u.isfinite().all():
            continue
        along = 1 if head.loss == "nll" else -1
        sums = head.u.detach().double().exp().sum(along)
        if bool(((sums - 1).abs() > 0.01).any()):
            yield Finding(
                level=Level.ERROR,
                rule="no-log-probabilities",
                where=head.loss_label,
                sentence=f"{head.loss_label} takes log-probabilities, of which exp sums to 1 over the classes; "
                "here it sums to "
                f"{float(sums.min()):.3g} to {float(sums.max()):.3g}",
                evidence=head.chain,
                fix=f"outputs = F.log_softmax(outputs, dim={along})",
            )


def dropout_last(case: Case) -> Iterator[Finding]:
    """Dropout on the outputs themselves."""
    for head in case.heads:
        if head.dropouts:
            yield Finding(
                level=Level.WARNING,
                rule="dropout-on-output",
                where=head.dropouts[0].where,
                sentence="dropout acts on the outputs: some of them are 0 at random, whatever the model says",
                fix="# dropout before the last layer, not after it",
            )


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    negated,
    classes_compete,
    harmless,
    divergence_mean,
    unnormalised_logs,
    dropout_last,
)
