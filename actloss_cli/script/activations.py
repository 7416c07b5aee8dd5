"""Activations as a script has them: torch's module, or one written out around the catalogue's own source."""

from types import FunctionType

import torch
from torch import nn
from torch.nn import functional as F

from actloss_cli import catalogue
from actloss_cli.catalogue import ActivationSpec, Choice
from actloss_cli.script.literals import docstring, keywords
from actloss_cli.script.sources import Sources, is_lambda
from actloss_cli.script.torch_calls import module_call

_STOCHASTIC = """\
    def __init__(self, layer):
        super().__init__()
        self.layer, self.step = layer, 0

    def forward(self, x):
        if not self.training:
            return {in_evaluation}
        seed = derive_seed(PHASE, SEED, "noise", self.layer, self.step)
        noise = torch.rand({batch_size}, x.shape[1], generator=torch.Generator().manual_seed(seed))[: len(x)]
        self.step += 1
        return {in_training}"""


def activation_call(choice: Choice, layer: int, batch_size: int, sources: Sources) -> str:
    """The module that follows the linear layer of that number; "" for the identity. Adds its class, if it has one.

    `batch_size` is the size of a full minibatch: random numbers are drawn for all of it.
    """
    spec = catalogue.activation(choice.name)
    hyper = choice.hyper(spec)
    if spec.module is not None:
        module = spec.module(**hyper)
        return "" if isinstance(module, nn.Identity) else module_call(module)
    name = _class_name(choice)
    if name not in sources.definitions:
        sources.definitions[name] = _class(spec, choice, name, batch_size, sources)
    return f"{name}(layer={layer})" if spec.stochastic else f"{name}()"


def _class_name(choice: Choice) -> str:
    """`SquaredRelu` for `squared_relu`."""
    return "".join(part.capitalize() for part in choice.name.split("_"))


def _class(spec: ActivationSpec, choice: Choice, name: str, batch_size: int, sources: Sources) -> str:
    hyper, learnable = choice.hyper(spec), spec.learnable_for(choice.hyper(spec))
    learnt = [f"{parameter}=self.{parameter}" for parameter in learnable]
    arguments = ", ".join(["x", *keywords(hyper), *learnt])
    head = f"class {name}(nn.Module):\n{docstring(f'{spec.formula}; {spec.source}.')}\n\n"
    if spec.stochastic:
        called = sources.add(spec.apply)
        return head + _STOCHASTIC.format(
            in_evaluation=f"{called}({arguments}, noise=None)",
            in_training=f"{called}({arguments}, noise=noise)",
            batch_size=batch_size,
        )
    lines = []
    if learnable:
        lines = ["    def __init__(self):", "        super().__init__()"]
        lines += [f"        self.{key} = nn.Parameter(torch.tensor([{start}]))" for key, start in learnable.items()]
        lines += [""]
    lines += ["    def forward(self, x):", f"        return {_applied(spec, arguments, sources)}"]
    return head + "\n".join(lines)


def _applied(spec: ActivationSpec, arguments: str, sources: Sources) -> str:
    """The expression for the function of x: the call of one of torch's or of ours, or what a lambda says."""
    if is_lambda(spec.apply):
        assert isinstance(spec.apply, FunctionType)
        return sources.expression(spec.apply)
    name = getattr(spec.apply, "__name__", "")
    for module, prefix in ((torch, "torch"), (F, "F")):
        if getattr(module, name, None) is spec.apply:
            return f"{prefix}.{name}({arguments})"
    return f"{sources.add(spec.apply)}({arguments})"
