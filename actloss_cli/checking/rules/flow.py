"""Whether gradients can reach the parameters: frozen ones, and cuts in the graph."""

from collections.abc import Callable, Iterator, Mapping

from torch import Tensor, nn

from actloss_cli.checking.case import Case, parameters_of
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.known_ops import LEAVES_TORCH
from actloss_cli.checking.trace import Op, ops_behind


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
    elif isinstance(case.loss, Tensor) and (not case.loss.requires_grad or _reaches_none(case)):
        yield _cut_off(case)


def _reaches_none(case: Case) -> bool:
    """A loss made anew, with a gradient of its own that leads nowhere."""
    return bool(case.gradients) and all(gradient is None for gradient in case.gradients.values())


def _cut_off(case: Case) -> Finding:
    cut = _nearest_cut(case, case.loss) or next((op for op in reversed(case.trace.ops) if op.cut), None)
    name = cut.name if cut else ""
    place = cut.where if cut else ""
    how = f"{_told(name)} {cut.at}" if cut else "somewhere on the way"
    return Finding(
        level=Level.ERROR,
        rule="graph-cut",
        where=place,
        sentence=f"no gradient reaches the model: the loss is cut off from the parameters by {how}",
        evidence="autograd finds no way from the loss to any parameter",
        fix=_MENDS.get(name, "# compute the loss on the model's own outputs: no detach(), .data, numpy() or no_grad()"),
    )


_ON_LOGITS = "loss = F.cross_entropy(logits, targets)  # on the logits; argmax and thresholds are for predictions alone"

_MENDS: Mapping[str, str] = dict.fromkeys(
    ("argmax", "argmin", "gt", "ge", "lt", "le", "eq", "ne", "max", "topk", "sort"), _ON_LOGITS
)


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
    """Layers that run and are to be trained, whose results are detached, or leave torch, before the loss."""
    if not case.gradients or all(gradient is None for gradient in case.gradients.values()):
        return
    parameters = dict(case.model.named_parameters())
    for op in case.trace.ops:
        leaves = op.name in LEAVES_TORCH - {"__bool__"}
        if op.in_loss or not (leaves or (op.cut and op.name in ("detach", "data"))):
            continue
        above = _weights_behind(op)
        lost = [n for n, g in case.gradients.items() if g is None and id(parameters[n]) in above]
        if lost and (leaves or _leads_on(case, op)):
            yield Finding(
                level=Level.WARNING,
                rule="detached-layers",
                where=op.where,
                sentence=f"{_told(op.name)} keeps gradients from {', '.join(lost[:3])}{' ..' if lost[3:] else ''}: "
                "they will never be trained",
                evidence=f"{len(lost)} of {len(case.gradients)} parameters run, ask for a gradient and get none",
                fix=f"# without {_told(op.name)}, or freeze them on purpose: p.requires_grad_(False)",
            )
            return


def _weights_behind(op: Op) -> set[int]:
    return {id(tensor) for one in ops_behind(op) for tensor in one.tensors}


def _leads_on(case: Case, op: Op) -> bool:
    """Whether what was cut still matters to the outputs, by values."""
    return any(
        id(op.output) in _weights_behind(made)
        for output in case.outputs
        if (made := case.trace.producer(output)) is not None and op.outputs
    )


def goes_nowhere(case: Case) -> Iterator[Finding]:
    """Layers that run and are to be trained, whose results reach neither an output nor the loss."""
    if case.failure is not None or not any(gradient is not None for gradient in case.gradients.values()):
        return
    ends = [case.loss, *case.outputs] if isinstance(case.loss, Tensor) else []
    reached = {id(op) for end in ends if (made := case.trace.producer(end)) for op in ops_behind(made)}
    parameters = dict(case.model.named_parameters())
    lost = {id(parameters[name]): name for name, gradient in case.gradients.items() if gradient is None}
    for op in case.model_ops:
        named = [lost[id(tensor)] for tensor in op.tensors if id(tensor) in lost]
        if named and reached and id(op) not in reached and _ends_unread(case, op):
            yield Finding(
                level=Level.WARNING,
                rule="result-unused",
                where=op.where,
                sentence=f"{op.name} {op.at} runs, but nothing takes what comes of it: {', '.join(named)} will never "
                "be trained",
                evidence="its results lead to no output and not to the loss",
                fix="x = F.relu(self.fc(x))  # keep the result; F.relu(x) alone changes nothing",
            )
            return


def _ends_unread(case: Case, op: Op) -> bool:
    """Whether nothing that follows from it is cut off on purpose, or read outside of torch."""
    follows = {id(op)}
    for one in case.trace.ops:
        if any(id(parent) in follows for parent in one.parents if parent is not None):
            if one.cut or one.name in LEAVES_TORCH:
                return False
            follows.add(id(one))
    return not op.cut


def never_used(case: Case) -> Iterator[Finding]:
    """Modules with parameters that do not run."""
    used = {id(tensor) for op in case.trace.ops for tensor in op.tensors}
    used |= {id(tensor) for op in case.trace.ops for tensor in op.outputs}
    idle = [
        name for name, gradient in case.gradients.items()
        if gradient is None and id(dict(case.model.named_parameters())[name]) not in used
    ]  # fmt: skip
    if idle and len(idle) < len(case.gradients):
        yield Finding(
            level=Level.NOTE,
            rule="never-used",
            where=f"model.{idle[0].rpartition('.')[0]}".rstrip("."),
            sentence=f"{len(idle)} parameters do not take part: {', '.join(idle[:3])}{' ..' if idle[3:] else ''}",
        )


def not_registered(case: Case) -> Iterator[Finding]:
    """Weights in the model's forward that `parameters()` does not give, and no optimizer therefore gets."""
    known = {id(p) for p in case.model.parameters()} | {id(tensor) for tensor in case.inputs}
    known |= {id(p) for p in parameters_of(case.optimizer)} if case.optimizer is not None else set()
    loose = {
        id(tensor): (tensor, op)
        for op in case.model_ops
        for tensor, parent in zip(op.tensors, op.parents, strict=True)
        if tensor.requires_grad and tensor.is_leaf and id(tensor) not in known
        if parent is None or isinstance(tensor, nn.Parameter)
    }
    if loose and known:
        tensor, op = next(iter(loose.values()))
        yield Finding(
            level=Level.WARNING,
            rule="not-registered",
            where=op.where,
            sentence=f"{len(loose)} tensors ask for a gradient but are no parameters of the model: no optimizer gets "
            "them from model.parameters()",
            evidence=f"{op.name} {op.at} takes one of shape {list(tensor.shape)}; layers in a plain list, or made anew "
            "in forward, are not registered",
            fix="self.layers = nn.ModuleList(layers)  # self.scale = nn.Parameter(torch.ones(1))",
        )


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    nothing_learns,
    partly_cut,
    goes_nowhere,
    never_used,
    not_registered,
)
