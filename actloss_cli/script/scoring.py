"""How a script codes the target for its loss, and scores outputs as actloss does."""

import torch

from actloss_cli.engine.head import Head
from actloss_cli.plan.trial import Task
from actloss_cli.script.literals import literal

_REACH, _POINTS = 100.0, 2001
"""Of pre-activations by which an output is judged."""


def target_lines(head: Head, y: str, seen: str = "[train]") -> list[str]:
    """Lines that make `target` from the array of that name; of a regression, which is scaled, also by how much.

    `seen` takes the training rows out of it; "" where it holds no others.
    """
    classes = f"F.one_hot(torch.from_numpy({y}), {head.n_units}).float()"
    match head.coding.target:
        case "index":
            return [f"target = torch.from_numpy({y})"]
        case "one_hot":
            return [f"target = {classes}"]
        case "zero_one":
            return [f"target = torch.from_numpy({y})[:, None].float()"]
        case "minus_plus":
            one = f"torch.from_numpy(2 * {y} - 1)[:, None].float()"
            return [f"target = 2 * {classes} - 1" if head.coding.per_class else f"target = {one}"]
        case "rate":
            return [f"mean = {y}{seen}.mean()", f"target = torch.from_numpy({y} / mean)[:, None].float()"]
        case "standardised":
            return [
                f"mean, std = {y}{seen}.mean(), {y}{seen}.std()",
                f"target = torch.from_numpy(({y} - mean) / std)[:, None].float()",
            ]


def score_lines(task: Task, head: Head, rows: str) -> list[str]:
    """Lines that make `score` of `outputs` on the rows so named."""
    if task.kind == "regression":
        return [f"score = r2_score(y[{rows}], {_prediction(head)})"]
    if head.n_units == 1:
        return [f"score = balanced_accuracy_score(y[{rows}], outputs[:, 0] > {literal(head.threshold)})"]
    if not _may_tie(head):
        return [f"score = balanced_accuracy_score(y[{rows}], outputs.argmax(1))"]
    return [
        "# The largest output decides. Several that are equally large share their row.",
        "largest = outputs == outputs.amax(1, keepdim=True)",
        "row, decided = largest.nonzero(as_tuple=True)",
        f"score = balanced_accuracy_score(y[{rows}][row], decided, sample_weight=1 / largest.sum(1)[row])",
    ]


def decision(head: Head, kind: str) -> str:
    """The expression for what `outputs` say of each row: a value in original units, or the number of a class."""
    if kind == "regression":
        return _prediction(head)
    return f"(outputs[:, 0] > {literal(head.threshold)}).long()" if head.n_units == 1 else "outputs.argmax(1)"


def _prediction(head: Head) -> str:
    """In original units, in double precision."""
    outputs = "outputs[:, 0].double()"
    if head.loss.link is not None:
        outputs = f"torch.{head.loss.link.__name__}({outputs})"
    return f"{outputs} * mean" if head.coding.target == "rate" else f"{outputs} * std + mean"


def _may_tie(head: Head) -> bool:
    """Whether different pre-activations can give the same output; of outputs that sum to one no two can be largest."""
    if head.output.along_features:
        return False
    z = torch.linspace(-_REACH, _REACH, _POINTS)[None, None]
    return len(set(head.activate(z).flatten().tolist())) < _POINTS
