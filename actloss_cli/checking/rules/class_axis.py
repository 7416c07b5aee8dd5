"""Reshapes that scatter the axis of classes: neighbouring positions are then taken for the scores of one row."""

from collections.abc import Callable, Iterator

from torch import Tensor

from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import Head
from actloss_cli.checking.known_ops import DROPOUTS
from actloss_cli.checking.trace import Op

_RESHAPES = frozenset({"view", "reshape", "flatten"})
_OVER_CLASSES = frozenset({"cross_entropy", "nll"})


def scattered_classes(case: Case) -> Iterator[Finding]:
    """`[B, C, H, W]` seen as `[-1, C]`, or `[B, T, C]` as `[B, C, T]`, where axes are to be exchanged."""
    for head in case.heads:
        if head.loss not in _OVER_CLASSES or head.op is None or head.u.dim() < 2 or head.swapped:
            continue
        op = _reshape(head)
        if op is None:
            continue
        given, seen = _without_ones(op.tensors[0]), _without_ones(op.output)
        n, last = head.n_units, len(given) - 1
        if len(given) < 3 or len(seen) < 2 or seen[1] != n or given == seen:
            continue
        if len(seen) == 2 and given[1] == n != given[last]:
            fix = f"outputs = outputs.{_to_last(last)}.reshape(-1, {n})"
        elif len(seen) > 2 and given[last] == n != given[1]:
            fix = f"outputs = outputs.{_to_first(last)}"
        else:
            continue
        yield Finding(
            level=Level.ERROR,
            rule="scattered-classes",
            where=op.where,
            sentence=f"{op.name} from {list(op.tensors[0].shape)} to {list(op.output.shape)} does not exchange axes: "
            f"what {head.loss_label} takes for the {n} classes of one row are values of different positions",
            evidence="a view keeps the order in memory, in which the classes are on another axis before it",
            fix=fix,
        )
        return


def _without_ones(tensor: Tensor) -> list[int]:
    """Its shape without axes of length 1, which no reshape can scatter over; the first one stays."""
    first, *rest = tensor.shape
    return [first, *(size for size in rest if size > 1)]


def _reshape(head: Head) -> Op | None:
    """The reshape that the outputs have gone through last."""
    op = next((parent for parent in head.op.parents if parent is not None), None) if head.op else None
    while op is not None and op.name in DROPOUTS | {"contiguous", "float", "log_softmax"}:
        op = op.parents[0] if op.parents else None
    return op if op is not None and op.name in _RESHAPES and op.outputs and op.tensors else None


def _to_last(last: int) -> str:
    axes = [0, *range(2, last + 1), 1]
    return f"permute({', '.join(map(str, axes))})"


def _to_first(last: int) -> str:
    axes = [0, last, *range(1, last)]
    return f"permute({', '.join(map(str, axes))})"


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (scattered_classes,)
