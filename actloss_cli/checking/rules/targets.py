"""Shape, type and coding of the targets against what the loss takes."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue.spec import LossSpec
from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import Head
from actloss_cli.checking.trace import TARGET, Trace

MOST_CLASSES = 20
"""More different whole numbers than that are hardly class indices."""
ROWS_PER_CLASS = 3
_ELEMENTWISE = frozenset({"mse", "mae", "huber", "smooth_l1", "log_cosh", "quantile", "poisson"})
_COMBINES = frozenset({"add", "sub", "rsub", "mul", "div", "pow", "maximum", "minimum", "where"})


def check_targets(case: Case) -> Iterator[Finding]:
    """At most one fault of each loss's targets: what follows a wrong shape is not told."""
    for head in case.heads:
        if head.swapped:
            yield _swapped(head)
        elif head.target is not None and head.target.numel():
            found = next((one for rule in _RULES for one in rule(head, head.target)), None)
            if found is not None:
                yield found


def _swapped(head: Head) -> Finding:
    return Finding(
        level=Level.ERROR,
        rule="arguments-swapped",
        where=head.loss_label,
        sentence=f"{head.loss_label} gets the targets where the outputs belong: it takes (input, target) in this order",
        fix=f"loss = {head.loss_label}(outputs, targets)",
    )


def _classes_missing(head: Head, target: Tensor) -> Iterator[Finding]:
    """A loss over classes with one unit, or with outputs that have no axis of classes."""
    if head.loss not in ("cross_entropy", "nll", "multi_margin"):
        return
    lone = head.u.dim() == 1 and target.dim() == 1 and len(head.u) == len(target) and len(target) > 1
    if head.u.dim() > 1 and head.u.shape[1] == 1:
        constant = "softmax over one unit is always 1, the loss always 0" if head.loss == "cross_entropy" else ""
        instead = _for_one_unit(target)
        yield Finding(
            level=Level.ERROR,
            rule="one-unit-softmax",
            where=head.loss_label,
            sentence=f"{head.loss_label} takes a unit per class, the output has one: nothing can be learnt",
            evidence=f"outputs {list(head.u.shape)}, targets {list(target.shape)} {_range(target)}",
            theory=constant,
            fix=instead,
        )
    elif lone and (target.is_floating_point() or head.function):
        yield Finding(
            level=Level.ERROR,
            rule="no-class-axis",
            where=head.loss_label,
            sentence=f"{head.loss_label} takes outputs of shape [B, C], these are {list(head.u.shape)}: the minibatch "
            "itself is taken for the classes",
            evidence=f"targets {list(target.shape)} {_dtype(target)}",
            fix=_for_one_unit(target),
        )


def _for_one_unit(target: Tensor) -> str:
    if _values(target) <= {0.0, 1.0}:
        return "loss = F.binary_cross_entropy_with_logits(outputs, targets.float().view_as(outputs))"
    if target.is_floating_point():
        return "loss = F.mse_loss(outputs, targets.view_as(outputs))  # these are numbers, not classes"
    return f"nn.Linear(.., {int(target.max()) + 1})  # one unit per class"


def _index_shape(head: Head, target: Tensor) -> Iterator[Finding]:
    """Class indices of a shape that is not the outputs' without the axis of classes."""
    if head.loss not in ("cross_entropy", "nll", "multi_margin") or head.u.dim() < 2 or not head.function:
        return
    shape, wanted = list(target.shape), [head.u.shape[0], *head.u.shape[2:]]
    soft = head.loss == "cross_entropy" and target.shape == head.u.shape
    if soft or shape == wanted:
        return
    fix, why = "", f"targets of shape {wanted} are expected"
    if shape == [*wanted, 1] or (head.u.dim() == 2 and shape == [head.u.shape[0], 1]):
        fix = "targets = targets.squeeze(1)"
    elif target.shape == head.u.shape:
        fix, why = "targets = targets.argmax(dim=1)", "it takes class indices, these are one-hot"
    elif head.u.dim() == 3 and shape == list(head.u.shape[:2]):
        fix = "loss = F.cross_entropy(outputs.transpose(1, 2), targets)  # [B, C, T] and [B, T]"
        why = f"classes belong on axis 1, these outputs are {list(head.u.shape)}"
    yield Finding(
        level=Level.ERROR,
        rule="target-shape",
        where=head.loss_label,
        sentence=f"targets of shape {shape} do not fit outputs of shape {list(head.u.shape)} in {head.loss_label}: {why}",
        fix=fix,
    )


def _index_dtype(head: Head, target: Tensor) -> Iterator[Finding]:
    """Class indices as floats, one-hot rows as integers."""
    if head.loss not in ("cross_entropy", "nll", "multi_margin") or not head.function:
        return
    soft = head.loss == "cross_entropy" and target.shape == head.u.shape
    if soft and not target.is_floating_point():
        yield _dtype_finding(head, target, "one-hot targets as floats, or class indices", "targets.argmax(dim=1)")
    elif not soft and target.dtype not in (torch.int64, torch.uint8):
        whole = bool((target == target.round()).all())
        if whole:
            yield _dtype_finding(head, target, "class indices as torch.long", "targets.long()")
        else:
            yield Finding(
                level=Level.ERROR,
                rule="regression-as-classes",
                where=head.loss_label,
                sentence=f"{head.loss_label} takes class indices, these targets are real numbers {_range(target)}: a "
                "regression needs a loss on numbers",
                fix="loss = F.mse_loss(outputs, targets.view_as(outputs))  # with one unit: nn.Linear(.., 1)",
            )


def _dtype_finding(head: Head, target: Tensor, wanted: str, fix: str) -> Finding:
    return Finding(
        level=Level.ERROR,
        rule="target-dtype",
        where=head.loss_label,
        sentence=f"{head.loss_label} takes {wanted}, these targets are {_dtype(target)}",
        evidence=_raised(head),
        fix=f"targets = {fix}",
    )


def _index_range(head: Head, target: Tensor) -> Iterator[Finding]:
    """Indices that no unit stands for."""
    is_index = head.loss in ("cross_entropy", "nll", "multi_margin") and not target.is_floating_point()
    if not is_index or head.u.dim() < 2 or target.shape == head.u.shape:
        return
    counted = target[target != head.settings.get("ignore_index", -100)]
    n = head.n_units
    if not counted.numel() or (counted.min() >= 0 and counted.max() < n):
        return
    low, high = int(counted.min()), int(counted.max())
    if low < 0:
        fix = "targets = (targets + 1) // 2" if _values(counted) == {-1.0, 1.0} else "targets = targets - targets.min()"
    elif low == 1 and high == n:
        fix = "targets = targets - 1  # classes are counted from 0"
    else:
        fix = f"nn.Linear(.., {high + 1})  # one unit per class"
    yield Finding(
        level=Level.ERROR,
        rule="class-out-of-range",
        where=head.loss_label,
        sentence=f"targets go from {low} to {high}, but {n} units stand for classes 0 to {n - 1}",
        evidence=_raised(head),
        fix=fix,
    )


def _soft_rows(head: Head, target: Tensor) -> Iterator[Finding]:
    """Targets like the outputs that are no distribution over the classes."""
    takes_rows = head.loss in ("cross_entropy", "kl_div") and target.shape == head.u.shape and target.dim() > 1
    if not takes_rows or not target.is_floating_point() or head.settings.get("log_target"):
        return
    along = -1 if head.loss == "kl_div" else 1
    values, sums = target.detach(), target.detach().sum(along)
    if bool(values.min() >= 0) and bool(((sums - 1).abs() < 1e-3).all()):
        return
    if _values(target) <= {0.0, 1.0} and head.loss == "cross_entropy":
        yield Finding(
            level=Level.ERROR,
            rule="several-labels",
            where=head.loss_label,
            sentence="rows of the targets hold several ones or none, and cross-entropy shares one probability among the classes: "
            "labels that are not exclusive need a sigmoid each",
            evidence=f"ones per row from {int(sums.min())} to {int(sums.max())}",
            fix="loss = F.binary_cross_entropy_with_logits(logits, targets)",
        )
        return
    negative = bool(values.min() < 0)
    yield Finding(
        level=Level.ERROR,
        rule="targets-no-distribution",
        where=head.loss_label,
        sentence=f"{head.loss_label} takes {'probabilities' if head.loss == 'kl_div' else 'class indices or probabilities'} "
        f"as targets, these are {'negative in part' if negative else 'no distribution'}: their sums go from "
        f"{float(sums.min()):.3g} to {float(sums.max()):.3g}",
        evidence=f"targets {list(target.shape)} {_range(target)}",
        fix="loss = F.kl_div(log_probs, log_targets, reduction='batchmean', log_target=True)  # if these are logarithms"
        if negative and head.loss == "kl_div"
        else "loss = F.mse_loss(outputs, targets)  # if these are numbers; class indices if they are classes",
    )


def _pairwise_shape(head: Head, target: Tensor) -> Iterator[Finding]:
    """Outputs and targets that broadcast, or are refused."""
    if head.loss not in _ELEMENTWISE | {"bce", "bce_with_logits", "soft_margin"} or target.shape == head.u.shape:
        return
    if target.numel() == 1 and head.u.numel() > 1 and len(head.u) > 1:
        return  # one number for all, on purpose
    if not head.function and target.numel() == head.u.numel():
        return  # someone's own loss, recognised by its gradient, pairs them rightly
    u, t = list(head.u.shape), list(target.shape)
    try:
        joint: list[int] | None = list(torch.broadcast_shapes(head.u.shape, target.shape))
    except RuntimeError:
        joint = None
    if target.numel() == head.u.numel():
        fix = "targets = targets.view_as(outputs)"
    elif head.u.numel() % max(target.numel(), 1) == 0 and _looks_like_classes(target):
        fix = "loss = F.cross_entropy(logits, targets)  # on logits, one unit per class; targets of shape [B]"
    else:
        fix = "assert outputs.shape == targets.shape"
    if joint is not None and head.op is not None and head.op.error is None:
        said = f"are broadcast to {joint}: outputs are held against other rows' targets"
        if target.numel() != head.u.numel():
            said = f"are broadcast to {joint}: each target stands against several outputs"
        yield Finding(
            level=Level.ERROR,
            rule="silent-broadcast",
            where=head.loss_label,
            sentence=f"outputs of shape {u} and targets of shape {t} {said}",
            theory="the best output is then the same for every row: the mean of the targets" if target.numel() == head.u.numel() else "",
            fix=fix,
        )
    else:
        yield Finding(
            level=Level.ERROR,
            rule="target-shape",
            where=head.loss_label,
            sentence=f"outputs of shape {u} and targets of shape {t} do not fit in {head.loss_label}",
            evidence=_raised(head),
            fix=fix,
        )


def _looks_like_classes(target: Tensor) -> bool:
    values = _values(target)
    return not target.is_floating_point() or values == set(map(float, range(len(values))))


def _pairwise_dtype(head: Head, target: Tensor) -> Iterator[Finding]:
    """Integers where a loss subtracts, or multiplies with, numbers."""
    if head.loss in _ELEMENTWISE | {"bce", "bce_with_logits"} and head.function and not target.is_floating_point():
        yield _dtype_finding(head, target, "targets as floats", "targets.float()")


def _outside_unit(head: Head, target: Tensor) -> Iterator[Finding]:
    """Targets of a cross-entropy of two classes that are not between 0 and 1."""
    if head.loss not in ("bce", "bce_with_logits", "focal"):
        return
    low, high = float(target.min()), float(target.max())
    if low >= 0 and high <= 1:
        return
    values = _values(target)
    if values == {-1.0, 1.0}:
        fix, what = "targets = (targets + 1) / 2", "these are coded -1 and +1"
    elif _looks_like_classes(target):
        fix = f"loss = F.cross_entropy(logits, targets.long())  # with {int(high) + 1} units"
        what = f"these look like class indices from {low:g} to {high:g}"
    else:
        fix, what = "loss = F.mse_loss(outputs, targets)  # these are numbers", f"these go from {low:.3g} to {high:.3g}"
    yield Finding(
        level=Level.ERROR,
        rule="targets-outside-0-1",
        where=head.loss_label,
        sentence=f"{head.loss_label or head.loss} takes targets between 0 and 1, {what}",
        theory="beyond 0 and 1 it has no lower end: the loss falls as outputs grow for ever"
        if head.loss != "bce"
        else "",
        fix=fix,
    )


def _not_signs(head: Head, target: Tensor) -> Iterator[Finding]:
    """0 and 1 where a margin multiplies with -1 and +1."""
    spec = _spec(head)
    wants = head.function == "hinge_embedding_loss" or (
        spec is not None and any(coding.target == "minus_plus" for coding in spec.codings.values())
    )
    values = _values(target)
    if not wants or values <= {-1.0, 1.0}:
        return
    zeros = float((target == 0).double().mean())
    idle = f"{100 * zeros:.0f} % of the targets are 0, and give no gradient at all" if zeros else _range(target)
    yield Finding(
        level=Level.ERROR,
        rule="targets-not-signs",
        where=head.loss_label,
        sentence=f"{head.loss_label} takes targets of -1 and +1, these are {_listed(values)}",
        evidence=idle,
        theory="with y = 0 the loss is constant in the output",
        fix="targets = 2 * targets - 1",
    )


def _negative_counts(head: Head, target: Tensor) -> Iterator[Finding]:
    if head.loss == "poisson" and float(target.min()) < 0:
        yield Finding(
            level=Level.ERROR,
            rule="negative-counts",
            where=head.loss_label,
            sentence=f"{head.loss_label} takes counts or rates, these targets go down to {float(target.min()):.3g}",
            fix="loss = F.mse_loss(outputs, targets)",
        )


def _class_as_number(head: Head, target: Tensor) -> Iterator[Finding]:
    """One unit that is to hit the number of a class."""
    if head.loss not in ("mse", "mae", "huber", "smooth_l1") or head.u.numel() != target.numel() or head.n_units != 1:
        return
    counts = torch.bincount(target.long().flatten()) if _is_class_number(target) else None
    if counts is None or counts.min() * ROWS_PER_CLASS * len(counts) < target.numel():
        return
    yield Finding(
        level=Level.WARNING,
        rule="class-as-number",
        where=head.loss_label,
        sentence=f"targets look like classes 0 to {len(counts) - 1}, and {head.loss_label} on one unit takes class 2 for twice "
        "class 1: between two classes it predicts the ones in between",
        evidence=f"whole numbers alone, {int(counts.min())} to {int(counts.max())} rows of each",
        fix=f"nn.Linear(.., {len(counts)})\nloss = F.cross_entropy(logits, targets.long().flatten())",
    )


def _is_class_number(target: Tensor) -> bool:
    values = _values(target)
    return 3 <= len(values) <= MOST_CLASSES and values == set(map(float, range(len(values))))


_RULES: tuple[Callable[[Head, Tensor], Iterator[Finding]], ...] = (
    _classes_missing,
    _index_shape,
    _index_dtype,
    _index_range,
    _soft_rows,
    _pairwise_shape,
    _pairwise_dtype,
    _outside_unit,
    _not_signs,
    _negative_counts,
    _class_as_number,
)


def own_broadcast(case: Case) -> Iterator[Finding]:
    """In someone's own loss, outputs `[B, 1]` with targets `[B]` that become `[B, B]`."""
    for op in case.trace.ops:
        if not op.in_loss or op.name not in _COMBINES or len(op.tensors) != 2 or not op.outputs:
            continue
        a, b = op.tensors
        one, other = case.trace.origin(a), case.trace.origin(b)
        mixed = (TARGET in one) != (TARGET in other)
        n = max(a.numel(), b.numel())
        if mixed and n > 1 and op.output.dim() == 2 and op.output.numel() == n * n and {a.dim(), b.dim()} == {1, 2} and _untouched(case.trace, a, b):
            yield Finding(
                level=Level.ERROR,
                rule="silent-broadcast",
                where="the loss function",
                sentence=f"{op.name} of shapes {list(a.shape)} and {list(b.shape)} gives {list(op.output.shape)}: outputs are held against other "
                "rows' targets",
                fix="targets = targets.view_as(outputs)",
            )
            return


def _untouched(trace: Trace, *tensors: Tensor) -> bool:
    """Not by an axis that was put in on purpose."""
    made = [trace.producer(tensor) for tensor in tensors]
    return not any(op is not None and op.in_loss and op.name in ("unsqueeze", "getitem", "view", "reshape") for op in made)


def idle_targets(case: Case) -> Iterator[Finding]:
    """In someone's own loss, rows of one target value that give no gradient at outputs of either sign."""
    if any(head.function or head.loss for head in case.heads) or not isinstance(case.loss, Tensor):
        return
    output, target = case.output, case.targets[0] if len(case.targets) == 1 else None
    if output is None or len(case.outputs) != 1 or target is None or target.numel() != output.numel():
        return
    values = _values(target)
    if not 2 <= len(values) <= MOST_CLASSES:
        return
    idle = _idle_values(case, output, target, values)
    if idle and len(idle) < len(values):
        yield Finding(
            level=Level.ERROR,
            rule="targets-idle",
            where="the loss function",
            sentence=f"rows whose target is {_listed(idle)} give no gradient, whatever the output: nothing is learnt from them",
            evidence=f"dL/d(output) is 0 for them at outputs of either sign; targets are {_listed(values)}",
            fix="targets = 2 * targets - 1  # for a hinge loss" if idle == {0.0} else "",
        )


def _idle_values(case: Case, output: Tensor, target: Tensor, values: set[float]) -> set[float]:
    moved = torch.zeros(output.numel(), dtype=torch.bool)
    for scale in (1.0, -1.0, 0.01, -3.0):
        leaf = (output.detach() * scale).requires_grad_()
        try:
            (gradient,) = torch.autograd.grad(case.loss_fn(leaf, case.targets[0]).sum(), leaf)
        except Exception:  # at such outputs the user's own loss may well raise
            return set()
        moved |= gradient.reshape(-1).ne(0).cpu()
    flat = target.reshape(-1).cpu()
    return {value for value in values if not moved[flat == value].any()}


def _spec(head: Head) -> LossSpec | None:
    return catalogue.loss(head.loss) if head.loss else None


def _values(target: Tensor) -> set[float]:
    """The different values, where there are few; else a set of more than is allowed."""
    return set(target.detach().double().unique()[: 10 * MOST_CLASSES].tolist())


def _listed(values: set[float]) -> str:
    shown = sorted(values)
    return ", ".join(f"{value:g}" for value in shown[:4]) + (" .." if shown[4:] else "")


def _range(target: Tensor) -> str:
    return f"from {float(target.min()):.3g} to {float(target.max()):.3g}"


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype)


def _raised(head: Head) -> str:
    if head.op is None or head.op.error is None:
        return ""
    return "PyTorch: " + " ".join(str(head.op.error).split())[:200]


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (check_targets, own_broadcast, idle_targets)
