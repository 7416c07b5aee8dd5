"""Whether it runs at all, and to a finite number."""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from actloss_cli.checking.case import Case, Failure
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.trace import Op

_MOST = 300
"""Characters of a message."""

_HINTS: Mapping[str, tuple[str, str]] = {
    "expected more than 1 value per channel": (
        "batch-of-one",
        "# at least two rows in every minibatch that trains\nDataLoader(dataset, batch_size=32, drop_last=True)",
    ),
    "must have the same dtype": ("input-dtype", "inputs = inputs.float()"),
    "expected scalar type": ("input-dtype", "inputs = inputs.float()"),
    "found dtype": ("target-dtype", "targets = targets.float()"),
    "index out of range in self": ("index-out-of-range", "nn.Embedding(num_embeddings=int(inputs.max()) + 1, ...)"),
}
"""By what torch's message contains: the rule's name, and what mends it."""


def failures(case: Case) -> Iterator[Finding]:
    """What was raised, in its own words."""
    failure = case.failure
    if failure is None:
        return
    message = " ".join(str(failure.error).split())[:_MOST]
    known = next((hint for words, hint in _HINTS.items() if words in message.lower()), None)
    what = {"forward": "the model's forward", "loss": "the loss", "backward": "the backward pass"}[failure.phase]
    yield Finding(
        level=Level.ERROR,
        rule=known[0] if known else f"{failure.phase}-raises",
        where=f"model.{failure.module}" if failure.module else "",
        sentence=f"{what} raises {type(failure.error).__name__}: {message}",
        evidence=_called(failure),
        fix=known[1] if known else "",
        symptom=1,
    )


def _called(failure: Failure) -> str:
    if failure.op is None:
        return ""
    given = ", ".join(f"{list(t.shape)} {str(t.dtype).removeprefix('torch.')}" for t in failure.op.tensors)
    return f"raised by {failure.op.name} on {given}"


def unusable_loss(case: Case) -> Iterator[Finding]:
    """A loss that `backward` does not take."""
    loss = case.loss
    if loss is None:
        return
    if not isinstance(loss, Tensor):
        yield Finding(
            level=Level.ERROR,
            rule="loss-no-tensor",
            sentence=f"the loss function gives {type(loss).__name__}, not a tensor: there is nothing to differentiate",
            fix="return loss  # not loss.item(), not a NumPy number",
        )
    elif loss.numel() != 1:
        yield Finding(
            level=Level.ERROR,
            rule="loss-not-reduced",
            sentence=f"the loss has shape {list(loss.shape)}: backward() takes a single number",
            fix="loss = loss_fn(outputs, targets).mean()",
        )


def not_finite(case: Case) -> Iterator[Finding]:
    """The first result that is no finite number, of finite ones."""
    if any(not tensor.isfinite().all() for tensor in (*case.inputs, *case.targets) if tensor.is_floating_point()):
        return
    if not isinstance(case.loss, Tensor) or bool(case.loss.isfinite().all()):
        return
    first = next((op for op in case.trace.ops if op.outputs and _breaks(op)), None)
    place = first.where if first else ""
    said = f": {first.name} {first.at} is the first to give one" if first else ""
    yield Finding(
        level=Level.ERROR,
        rule="not-finite",
        where=place,
        sentence=f"the loss is {float(case.loss.sum()):g}, no finite number{said}",
        evidence=_seen(first) if first else "",
        fix=_SAFE.get(first.name, "") if first else "",
        symptom=1,
    )


_SAFE: Mapping[str, str] = {
    "log": "loss = F.binary_cross_entropy_with_logits(logits, targets)  # or F.cross_entropy: they take no log of 0",
    "div": "x = x / (norm + 1e-8)",
    "exp": "x = x - x.max(dim=1, keepdim=True).values  # before exp, or F.softmax, which does it",
}


def _breaks(op: Op) -> bool:
    given = [tensor for tensor in op.tensors if tensor.is_floating_point()]
    # minus infinity is what masks are made of
    fine = all(not tensor.isnan().any() and not (tensor == torch.inf).any() for tensor in given)
    out = op.output
    return fine and out.is_floating_point() and bool(out.isnan().any() or (out == torch.inf).any())


def _seen(op: Op) -> str:
    given = next((t for t in op.tensors if t.is_floating_point() and t.numel()), None)
    return "" if given is None else f"its input ranges from {float(given.min()):.3g} to {float(given.max()):.3g}"


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (failures, unusable_loss, not_finite)
