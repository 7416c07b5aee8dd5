"""Whether it runs at all, and whether gradients reach the parameters."""

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
        where=failure.module,
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


def nothing_learns(case: Case) -> Iterator[Finding]:
    """No parameter gets a gradient: all are frozen, or something on the way has none."""
    trainable = [p for p in case.model.parameters() if p.requires_grad]
    if not list(case.model.parameters()):
        yield Finding(
            level=Level.ERROR,
            rule="no-parameters",
            sentence="the model has no parameters: nothing can be learnt",
            evidence="model.parameters() is empty; layers in a plain list or dict are not registered",
            fix="self.layers = nn.ModuleList(layers)",
        )
    elif not trainable:
        yield Finding(
            level=Level.ERROR,
            rule="all-frozen",
            sentence="every parameter is frozen (requires_grad=False): nothing can be learnt",
            fix="for p in model.head.parameters():  # whatever is to be trained\n    p.requires_grad_(True)",
        )
    elif isinstance(case.loss, Tensor) and not case.loss.requires_grad:
        yield _cut_off(case)


def _cut_off(case: Case) -> Finding:
    cut = _nearest_cut(case, case.loss) or next((op for op in reversed(case.trace.ops) if op.cut), None)
    name = cut.name if cut else ""
    place = (cut.module or ("the loss function" if cut.in_loss else "forward")) if cut else ""
    how = f"{_told(name)} at {place}" if cut else "somewhere on the way"
    return Finding(
        level=Level.ERROR,
        rule="graph-cut",
        where=place,
        sentence=f"no gradient reaches the model: the loss is cut off from the parameters by {how}",
        evidence=f"{type(case.loss).__name__} of shape {list(case.loss.shape)} without grad_fn",
        fix=_MENDS.get(name, "# compute the loss on the model's own outputs: no detach(), .data, numpy() or no_grad()"),
    )


_ON_LOGITS = "loss = F.cross_entropy(logits, targets)  # on the logits; argmax and thresholds are for predictions alone"
_MENDS: Mapping[str, str] = {
    name: _ON_LOGITS for name in ("argmax", "argmin", "gt", "ge", "lt", "le", "eq", "ne", "max", "topk", "sort")
}


def _told(name: str) -> str:
    return {"data": ".data"}.get(name, f"{name}()") if name not in ("linear", "conv2d") else "no_grad()"


def _nearest_cut(case: Case, tensor: Tensor) -> Op | None:
    """Breadth first from the loss."""
    start = case.trace.producer(tensor)
    queue, seen = [start] if start else [], set[int]()
    while queue:
        op = queue.pop(0)
        if op.cut:
            return op
        for parent in op.parents:
            if parent is not None and id(parent) not in seen:
                seen.add(id(parent))
                queue.append(parent)
    return None


def partly_cut(case: Case) -> Iterator[Finding]:
    """Layers that run and are to be trained, whose results are detached before the loss."""
    if not case.gradients or all(gradient is None for gradient in case.gradients.values()):
        return
    parameters = dict(case.model.named_parameters())
    for op in case.trace.ops:
        if not op.cut or op.in_loss or op.name not in ("detach", "data"):
            continue
        above = _weights_behind(op)
        lost = [n for n, g in case.gradients.items() if g is None and id(parameters[n]) in above]
        if lost and _leads_on(case, op):
            yield Finding(
                level=Level.WARNING,
                rule="detached-layers",
                where=op.module or "forward",
                sentence=f"{_told(op.name)} keeps gradients from {', '.join(lost[:3])}{' ..' if lost[3:] else ''}: "
                "they will never be trained",
                evidence=f"{len(lost)} of {len(case.gradients)} parameters run, ask for a gradient and get none",
                fix=f"# without {_told(op.name)}, or freeze them on purpose: p.requires_grad_(False)",
            )
            return


def _weights_behind(op: Op) -> set[int]:
    found, stack, seen = set[int](), [op], set[int]()
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        found.update(id(tensor) for tensor in one.tensors)
        stack.extend(parent for parent in one.parents if parent is not None)
    return found


def _leads_on(case: Case, op: Op) -> bool:
    """Whether what was cut still matters to the outputs, by values."""
    return any(
        id(op.output) in _weights_behind(made)
        for output in case.outputs
        if (made := case.trace.producer(output)) is not None and op.outputs
    )


def never_used(case: Case) -> Iterator[Finding]:
    """Modules with parameters that do not run."""
    used = {id(tensor) for op in case.trace.ops for tensor in op.tensors}
    used |= {id(tensor) for op in case.trace.ops for tensor in _listed(op)}
    idle = [
        name for name, gradient in case.gradients.items()
        if gradient is None and id(dict(case.model.named_parameters())[name]) not in used
    ]  # fmt: skip
    if idle and len(idle) < len(case.gradients):
        yield Finding(
            level=Level.NOTE,
            rule="never-used",
            where=idle[0].rpartition(".")[0],
            sentence=f"{len(idle)} parameters do not take part: {', '.join(idle[:3])}{' ..' if idle[3:] else ''}",
        )


def _listed(op: Op) -> Iterator[Tensor]:
    yield from op.outputs


def not_finite(case: Case) -> Iterator[Finding]:
    """The first result that is no finite number, of finite ones."""
    if any(not tensor.isfinite().all() for tensor in (*case.inputs, *case.targets) if tensor.is_floating_point()):
        return
    if not isinstance(case.loss, Tensor) or bool(case.loss.isfinite().all()):
        return
    first = next((op for op in case.trace.ops if op.outputs and _breaks(op)), None)
    place = (first.module or ("the loss function" if first.in_loss else "forward")) if first else ""
    said = f": {first.name} at {place} is the first to give one" if first else ""
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


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    failures,
    unusable_loss,
    nothing_learns,
    partly_cut,
    never_used,
    not_finite,
)
