"""The MLP of the plain loop: torch's own modules where there are any, with a trial's initial weights."""

import itertools

import torch
from torch import Tensor, nn

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.spec import ActivationSpec
from actloss_cli.engine.initialise import initial_weights
from actloss_cli.engine.noise import activation_noise
from actloss_cli.plan.trial import Trial


def build_model(trial: Trial, n_features: int, n_units: int, n_rows: int) -> nn.Sequential:
    """The MLP as torch users write it, output activation last; n_rows are trained on."""
    widths = [n_features, *trial.task.model.hidden, n_units]
    layers: list[nn.Module] = []
    for depth, (n_in, n_out) in enumerate(itertools.pairwise(widths)):
        linear = nn.Linear(n_in, n_out)
        weight, bias = initial_weights(trial.task.model.init, trial.phase, trial.seed, depth, n_out, n_in)
        with torch.no_grad():
            linear.weight.copy_(weight)
            linear.bias.copy_(bias)
        is_last = depth == len(widths) - 2
        choice = trial.pairing.output if is_last else trial.pairing.activation
        layers += [linear, _build_activation(choice, trial, depth, min(n_rows, trial.task.training.batch_size))]
    return nn.Sequential(*layers)


def _build_activation(choice: Choice, trial: Trial, layer: int, batch_size: int) -> nn.Module:
    spec = catalogue.activation(choice.name)
    if spec.module is not None:
        return spec.module(**choice.hyper(spec))
    return _Stochastic(spec, choice, trial, layer, batch_size) if spec.stochastic else _Applied(spec, choice)


class _Applied(nn.Module):
    """A function that torch has no module for."""

    def __init__(self, spec: ActivationSpec, choice: Choice) -> None:
        super().__init__()
        self._apply_function, self._hyper = spec.apply, choice.hyper(spec)
        self._names = tuple(spec.learnable_for(self._hyper))
        for name, start in spec.learnable_for(self._hyper).items():
            self.register_parameter(name, nn.Parameter(torch.tensor([start])))

    def forward(self, x: Tensor) -> Tensor:
        return self._apply_function(x, **self._hyper, **{name: getattr(self, name) for name in self._names})


class _Stochastic(nn.Module):
    """A function that takes random numbers while it trains: those of the trial's seed, layer and step."""

    def __init__(self, spec: ActivationSpec, choice: Choice, trial: Trial, layer: int, batch_size: int) -> None:
        super().__init__()
        self._apply_function, self._hyper = spec.apply, choice.hyper(spec)
        self._trial, self._layer, self._batch_size = trial, layer, batch_size
        self._step = 0

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return self._apply_function(x, **self._hyper, noise=None)
        trial = self._trial
        drawn = activation_noise(trial.phase, trial.seed, self._layer, self._step, self._batch_size, x.shape[1])
        self._step += 1
        return self._apply_function(x, **self._hyper, noise=drawn[: len(x)].to(x))
