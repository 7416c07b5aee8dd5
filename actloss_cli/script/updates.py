"""What drives a script's training: torch's optimizer, the scheduler of its learning rate, the clipping of gradients."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import nn

from actloss_cli import catalogue
from actloss_cli.engine.plain_optimizer import build_optimizer
from actloss_cli.engine.schedule import STAIR_FACTOR, stair_steps, warmup_steps
from actloss_cli.plan.trial import Trial
from actloss_cli.script.literals import call, keywords
from actloss_cli.script.sources import PACKAGE, Sources
from actloss_cli.script.torch_calls import changed_arguments


@dataclass(frozen=True)
class UpdatePart:
    """How a script changes the weights."""

    optimizer: str
    """The call that makes it."""
    takes_closure: bool
    """Whether it asks for the loss itself, several times a step."""
    scheduler: tuple[str, ...]
    """Lines that make `scheduler`; none for a constant rate."""
    clip: str
    """A statement between backward pass and step; "" without."""


def update_part(trial: Trial, n_steps: int, sources: Sources) -> UpdatePart:
    """The part for a training of n_steps minibatches; adds an optimizer of ours, where it is one."""
    choice = trial.pairing.optimizer
    settings = choice.settings(catalogue.optimizer(choice.name))
    optimizer = build_optimizer(trial, nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)))
    step = inspect.signature(type(optimizer).step).parameters["closure"]
    return UpdatePart(
        optimizer=_optimizer_call(trial, type(optimizer), optimizer.defaults, sources),
        takes_closure=step.default is inspect.Parameter.empty,
        scheduler=_SCHEDULERS[str(settings["schedule"])](n_steps),
        clip=_CLIPS[str(settings["clip"])].format(bound=settings["clip_at"]),
    )


def _optimizer_call(trial: Trial, made: type, defaults: Mapping[str, object], sources: Sources) -> str:
    """`defaults` are the settings that an optimizer of torch's was made with."""
    spec = catalogue.optimizer(trial.pairing.optimizer.name)
    hyper = trial.pairing.optimizer.hyper(spec)
    if made.__module__.partition(".")[0] == PACKAGE:
        name, parameters, changed = sources.add(made), "model.named_parameters()", dict[str, object](hyper)
    else:
        name, parameters = f"torch.optim.{made.__name__}", "model.parameters()"
        changed = changed_arguments(made, {key: defaults[key] for key in hyper})
    return call(name, [parameters, *keywords({"lr": trial.lr, **changed})], before="optimizer = ")


def _cosine(n_steps: int, name: str = "scheduler") -> str:
    return f"{name} = lr_scheduler.CosineAnnealingLR(optimizer, {n_steps})"


def _warmup(n_steps: int, name: str = "scheduler") -> str:
    rising = warmup_steps(n_steps)
    return f"{name} = lr_scheduler.LinearLR(optimizer, 1 / {rising}, total_iters={rising - 1})"


def _stairs(n_steps: int) -> str:
    return f"scheduler = lr_scheduler.StepLR(optimizer, {stair_steps(n_steps)}, {STAIR_FACTOR})"


def _warmup_cosine(n_steps: int) -> tuple[str, ...]:
    rising = warmup_steps(n_steps)
    return (
        _warmup(n_steps, "rise"),
        _cosine(max(1, n_steps - rising), "fall"),
        f"scheduler = lr_scheduler.SequentialLR(optimizer, [rise, fall], [{rising}])",
    )


_SCHEDULERS: Mapping[str, Callable[[int], tuple[str, ...]]] = {
    "constant": lambda n_steps: (),
    "cosine": lambda n_steps: (_cosine(n_steps),),
    "step": lambda n_steps: (_stairs(n_steps),),
    "warmup": lambda n_steps: (_warmup(n_steps),),
    "warmup_cosine": _warmup_cosine,
}
"""As `engine.plain_optimizer` makes them."""

_CLIPS: Mapping[str, str] = {
    "none": "",
    "norm": "nn.utils.clip_grad_norm_(model.parameters(), {bound})",
    "value": "nn.utils.clip_grad_value_(model.parameters(), {bound})",
}
