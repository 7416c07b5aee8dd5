"""A loss as a script has it: torch's class, or a function around the catalogue's own source."""

from dataclasses import dataclass

import torch
from torch import nn

from actloss_cli.engine.head import Head
from actloss_cli.script.literals import docstring, keywords
from actloss_cli.script.sources import Sources
from actloss_cli.script.torch_calls import module_call


@dataclass(frozen=True)
class LossPart:
    """How a script has the mean loss over rows, `loss_fn(outputs, target)`."""

    call: str
    """What makes it; "" where it is a function of the script."""
    weighs_classes: bool
    """Whether `class_weight` `[K]` is needed."""
    weighs_rows: bool
    """Whether `loss_fn` takes the weight of each row as a third argument."""


def loss_part(head: Head, meets_nan: bool, sources: Sources) -> LossPart:
    """The part; adds the functions that it takes.

    `meets_nan`: whether outputs are to turn NaN, on which some losses of torch raise an error.
    """
    spec, hyper = head.loss, head.loss_hyper
    if spec.module is not None and (not head.balanced or spec.divides_by_weights):
        module = spec.module(**hyper)
        call = module_call(module)
        if head.balanced:
            call = call.replace(")", ", weight=class_weight)").replace("(, ", "(")
        if not (meets_nan and _refuses_nan(module, head)):
            return LossPart(call, head.balanced, False)
        doc = f"The mean loss; NaN for outputs that are NaN, on which {call.partition('(')[0]} raises an error."
        body = f"outputs.sum() if outputs.isnan().any() else {call}(outputs, target)"
        sources.definitions["loss_fn"] = _function("loss_fn(outputs, target)", doc, body)
        return LossPart("", head.balanced, False)
    name = sources.add(spec.per_sample, spec.name, f"{spec.formula} ({spec.source}), for each row.")
    losses = f"{name}({', '.join(['outputs', 'target', *keywords(hyper)])})"
    if head.balanced:
        body, signature = f"({losses} * weight).mean()", "loss_fn(outputs, target, weight)"
    else:
        body, signature = f"{losses}.mean()", "loss_fn(outputs, target)"
    sources.definitions["loss_fn"] = _function(signature, "The mean loss over rows.", body)
    return LossPart("", head.balanced, head.balanced)


def _refuses_nan(module: nn.Module, head: Head) -> bool:
    outputs = torch.full((1, head.n_units), torch.nan)
    target = torch.zeros(1, dtype=torch.int64) if head.coding.target == "index" else torch.zeros(1, head.n_units)
    try:
        module(outputs, target)
    except RuntimeError:
        return True
    return False


def _function(signature: str, doc: str, body: str) -> str:
    return f"def {signature}:\n{docstring(doc)}\n    return {body}"
