"""The optimizer: whose parameters it holds, and how far its first step goes."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, optim

from actloss_cli.catalogue import OPTIMIZERS, OptimizerSpec
from actloss_cli.checking.case import Case, parameters_of
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.theory.facts import number

LARGEST_STEP = 1.0
"""Of the first step, its size over that of the weights: beyond it the initial weights are lost at once."""
SMALLEST_STEP = 1e-8
"""Where float32 hardly notices it."""
BELOW = 1000.0
"""Times smaller than the lowest learning rate that is tried: fine-tuning goes far below it, but not so far."""


def whose_parameters(case: Case) -> Iterator[Finding]:
    """An optimizer that holds other parameters, or leaves out some."""
    if case.optimizer is None:
        return
    held = {id(p) for p in parameters_of(case.optimizer)}
    trainable = {name: p for name, p in case.model.named_parameters() if p.requires_grad}
    idle = {name for name, gradient in case.gradients.items() if gradient is None}
    left = [name for name, p in trainable.items() if id(p) not in held and name not in idle]
    fix = f"optimizer = torch.optim.{type(case.optimizer).__name__}(model.parameters(), lr=..)"
    if left and not held & set(map(id, trainable.values())):
        yield Finding(
            level=Level.ERROR,
            rule="optimizer-holds-others",
            where="optimizer",
            sentence="the optimizer holds none of the model's trainable parameters: step() changes nothing in it",
            evidence=f"{len(held)} tensors in the optimizer, {len(trainable)} trainable parameters in the model; "
            "a model that was "
            "made anew, or copied, after the optimizer has parameters of its own",
            fix=f"{fix}  # after the model is made",
        )
    elif left:
        yield Finding(
            level=Level.WARNING,
            rule="optimizer-leaves-out",
            where="optimizer",
            sentence=f"the optimizer leaves out {len(left)} of {len(trainable)} trainable parameters: "
            f"{', '.join(left[:3])}"
            f"{' ..' if left[3:] else ''}",
            fix=f"{fix}  # or freeze them on purpose: p.requires_grad_(False)",
        )


def step_size(case: Case) -> Iterator[Finding]:
    """Learning rates that are none, or outside the range in which any is useful."""
    if case.optimizer is None:
        return
    spec = _spec(case.optimizer)
    for group in case.optimizer.param_groups:
        lr = float(group.get("lr", math.nan))
        if math.isnan(lr) or not group["params"]:
            continue
        found = _judged(case, spec, group["params"], lr)
        if found is not None:
            yield found
            return


def _judged(case: Case, spec: OptimizerSpec | None, params: list[Tensor], lr: float) -> Finding | None:
    name = spec.name if spec else "the optimizer"
    ranged = f"useful learning rates of {name}, as tuned: {spec.lr_range[0]:g} to {spec.lr_range[1]:g}" if spec else ""
    if lr <= 0:
        return _finding(Level.ERROR, f"the learning rate is {lr:g}: no step changes anything", "", ranged, lr)
    ratio = _first_step(case, spec, params, lr)
    evidence = f"the first step is {number(ratio)} times the weights" if ratio is not None else ""
    if (ratio is not None and ratio > LARGEST_STEP) or (spec is not None and lr > spec.lr_range[1]):
        return _finding(
            Level.WARNING,
            f"a learning rate of {lr:g} is too large for {name} here",
            evidence,
            ranged,
            lr,
            symptom=int(spec is None or lr <= spec.lr_range[1]),
        )
    if (ratio is not None and ratio < SMALLEST_STEP) or (spec is not None and lr < spec.lr_range[0] / BELOW):
        return _finding(
            Level.WARNING,
            f"a learning rate of {lr:g} is too small for {name}: hardly anything changes",
            evidence,
            ranged,
            lr,
        )
    return None


def _finding(level: Level, sentence: str, evidence: str, theory: str, lr: float, *, symptom: int = 0) -> Finding:
    return Finding(
        level=level,
        rule="learning-rate",
        where="optimizer",
        sentence=sentence,
        evidence=evidence,
        theory=theory,
        fix="for group in optimizer.param_groups:\n    group['lr'] = 1e-3  # then 1e-2 and 1e-4",
        numbers={"lr": lr},
        symptom=symptom,
    )


def _spec(optimizer: optim.Optimizer) -> OptimizerSpec | None:
    return next((s for s in OPTIMIZERS if isinstance(s.torch_class, type) and type(optimizer) is s.torch_class), None)


def _first_step(case: Case, spec: OptimizerSpec | None, params: list[Tensor], lr: float) -> float | None:
    """Rms of the first step over that of the weights, over all matrices with a gradient; None where it is not known."""
    by_id = {id(p): case.gradients.get(name) for name, p in case.model.named_parameters()}
    pairs = [(p, by_id[id(p)]) for p in params if by_id.get(id(p)) is not None and p.dim() > 1 and bool(p.ne(0).any())]
    if spec is None or not pairs or isinstance(case.loss, Tensor) is False:
        return None
    follows_gradient = spec.name in ("sgd", "asgd")
    is_adaptive = spec.name in ("adam", "adamw", "nadam", "radam", "adamax", "rmsprop", "adagrad")
    if not follows_gradient and not is_adaptive:
        return None
    steps, weights = 0.0, 0.0
    for p, gradient in pairs:
        assert gradient is not None
        steps += _squares(gradient) if follows_gradient else float(torch.count_nonzero(gradient))
        weights += _squares(p)
    ratio = lr * math.sqrt(steps / weights)
    return ratio if math.isfinite(ratio) else None


def _squares(values: Tensor) -> float:
    return float(values.detach().norm()) ** 2


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (whose_parameters, step_size)
