"""Linear layers with no non-linearity between them."""

from collections.abc import Callable, Iterator, Mapping

from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.known_ops import (
    AFFINE,
    BATCH_NORMS,
    LINEAR,
    LINEAR_ALL,
    MAPS,
    NOT_LINEAR_PRODUCTS,
    PASSING,
    POOLS,
)
from actloss_cli.checking.trace import DATA, Op, ops_behind


def linear_throughout(case: Case) -> Iterator[Finding]:
    """Several layers with weights and no non-linearity between input and loss."""
    if not case.heads or case.output is None:
        return
    reached = ops_behind(case.trace.producer(case.heads[0].u))
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
        where=layers[0].where,
        sentence=f"{len(layers)} layers follow one another without a non-linearity: the model is a linear one "
        "however deep it is",
        evidence=f"from {layers[0].where} to {layers[-1].where}: "
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
        if width < min(n_in, n_out) or all(
            _is_linear(one) for one in case.model_ops if DATA in one.origin and one not in _head_ops(case)
        ):
            continue
        yield Finding(
            level=Level.WARNING,
            rule="no-non-linearity-between",
            where=op.where,
            sentence=f"{below.where} feeds {op.where} without a non-linearity in between: the two are one linear layer",
            evidence=f"{below.name} {n_in} to {width}, then {op.name} {width} to {n_out}",
            fix=f"x = F.relu(x)  # between {below.where} and {op.where}",
        )
        return


def _head_ops(case: Case) -> list[Op]:
    return [step.op for head in case.heads for step in head.steps]


def _linear_below(op: Op) -> Op | None:
    """The linear layer whose results come in with nothing but shapes, dropout and scaling on the way."""
    if op.in_loss or not op.parents or not _mixes_all(op):
        return None
    below = op.parents[0]
    while below is not None and below.name in PASSING | BATCH_NORMS and below.parents:
        if below.name in ("view", "reshape", "getitem", "transpose", "permute", "select", "chunk", "split"):
            return None  # heads of attention, steps of a sequence
        below = below.parents[0]
    return below if below is not None and below.name == op.name and _mixes_all(below) else None


def _mixes_all(op: Op) -> bool:
    """A linear layer; a convolution over channels and places alike, as those that are factorised on purpose are not."""
    if op.name == "linear":
        return len(op.tensors) > 1
    if op.name not in ("conv1d", "conv2d", "conv3d") or len(op.tensors) < 2 or not op.outputs:
        return False
    weight = op.tensors[1]
    return weight.shape[1] == op.tensors[0].shape[1] and min(weight.shape[2:]) > 1


def _ends_plainly(op: Op, consumers: Mapping[int, list[Op]]) -> bool:
    """Whether an activation, a pool, the loss, or nothing takes its results: no attention, no residual sum."""
    after = consumers.get(id(op), [])
    while len(after) == 1 and after[0].name in PASSING | BATCH_NORMS:
        after = consumers.get(id(after[0]), [])
    return all(one.in_loss or one.name in (MAPS - AFFINE) | {"softmax", "log_softmax"} | POOLS for one in after)


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (linear_throughout, missing_between)
