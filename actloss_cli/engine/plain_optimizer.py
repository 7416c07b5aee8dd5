"""What drives the plain loop: torch's optimizer, torch's scheduler of its learning rate, torch's clipping."""

from collections.abc import Callable

from torch import nn, optim
from torch.optim import lr_scheduler

from actloss_cli import catalogue
from actloss_cli.catalogue.spec import Hyper
from actloss_cli.engine.schedule import STAIR_FACTOR, stair_steps, warmup_steps
from actloss_cli.plan.trial import Trial


def build_optimizer(trial: Trial, model: nn.Module) -> optim.Optimizer:
    """torch.optim's class with the trial's learning rate and hyperparameters."""
    choice = trial.pairing.optimizer
    spec = catalogue.optimizer(choice.name)
    return spec.torch_class(model.named_parameters(), lr=trial.lr, **choice.hyper(spec), **spec.torch_kwargs)


def build_scheduler(optimizer: optim.Optimizer, settings: Hyper, n_steps: int) -> lr_scheduler.LRScheduler:
    """The scheduler, to be stepped after each of n_steps minibatches."""
    match settings["schedule"]:
        case "cosine":
            return lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
        case "step":
            return lr_scheduler.StepLR(optimizer, stair_steps(n_steps), STAIR_FACTOR)
        case "warmup":
            return _warmup(optimizer, n_steps)
        case "warmup_cosine":
            rising = warmup_steps(n_steps)
            cosine = lr_scheduler.CosineAnnealingLR(optimizer, max(1, n_steps - rising))
            return lr_scheduler.SequentialLR(optimizer, [_warmup(optimizer, n_steps), cosine], [rising])
        case _:
            return lr_scheduler.ConstantLR(optimizer, 1.0)


def build_clip(settings: Hyper, model: nn.Module) -> Callable[[], object]:
    """What bounds the gradients between backward pass and step."""
    bound = float(settings["clip_at"])  # type: ignore[arg-type]  # a number by its default
    match settings["clip"]:
        case "norm":
            return lambda: nn.utils.clip_grad_norm_(model.parameters(), bound)
        case "value":
            return lambda: nn.utils.clip_grad_value_(model.parameters(), bound)
        case _:
            return lambda: None


def _warmup(optimizer: optim.Optimizer, n_steps: int) -> lr_scheduler.LRScheduler:
    rising = warmup_steps(n_steps)
    return lr_scheduler.LinearLR(optimizer, 1 / rising, total_iters=rising - 1)
