"""The model of the plain loop: torch's own modules where there are any, with a trial's initial weights."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.spec import ActivationSpec
from actloss_cli.engine.initialise import initial_layer
from actloss_cli.engine.noise import activation_noise
from actloss_cli.engine.plain_convolution import convolutions
from actloss_cli.engine.plain_mlp import hidden_layers
from actloss_cli.engine.plain_recurrent import recurrent
from actloss_cli.plan.own_models import OwnModelSpec
from actloss_cli.plan.shaped_models import ConvolutionSpec, RecurrentSpec
from actloss_cli.plan.trial import Trial
from actloss_cli.seeding import derive_seed

WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d)
"""The modules that have weights and a bias; an activation follows each."""


class PlainModel(nn.Sequential):
    """One module after the other, some of them made of others; knows its layers with weights and its activations."""

    def __init__(self, *modules: nn.Module, activations: Sequence[nn.Module], whole: nn.Module | None = None) -> None:
        super().__init__(*modules)
        weighted = [module for module in self.modules() if isinstance(module, WEIGHTED)]
        self.weighted: list[nn.Module] = [*weighted] if whole is None else [whole]
        """From the first to the head; a model that is known as a whole alone counts as one layer."""
        self.activations = tuple(activations)
        """Of the hidden layers."""


def build_model(trial: Trial, n_features: int, n_units: int, n_rows: int) -> PlainModel:
    """The model as torch users write it, output activation last; n_rows are trained on."""
    spec = trial.task.model
    batch_size = min(n_rows, trial.task.training.batch_size)
    if isinstance(spec, OwnModelSpec):
        own = own_model(trial, n_features, n_units, batch_size)
        return PlainModel(own, _build_activation(trial.pairing.output, trial, 0, batch_size), activations=(), whole=own)

    def activations(n: int) -> list[nn.Module]:
        return [_build_activation(trial.pairing.activation, trial, layer, batch_size) for layer in range(n)]

    match spec:
        case ConvolutionSpec():
            hidden = activations(len(spec.channels))
            body = list(convolutions(spec, hidden))
        case RecurrentSpec():
            hidden = activations(spec.shape[1])
            body = recurrent(spec, hidden)
            hidden = hidden[:1]
        case _:
            hidden = activations(len(spec.hidden))
            body = hidden_layers(spec, n_features, hidden)
    shapes = spec.weights(n_features, n_units)
    head = nn.Linear(shapes[-1][1], n_units)
    output = _build_activation(trial.pairing.output, trial, len(spec.units), batch_size)
    model = PlainModel(*body, head, output, activations=hidden)
    with torch.no_grad():
        for layer, (module, shape) in enumerate(zip(model.weighted, shapes, strict=True)):
            assert isinstance(module, WEIGHTED)
            weight, bias = initial_layer(trial, layer, shape)
            module.weight.copy_(weight)
            if module.bias is not None:
                module.bias.copy_(bias)
    return model


def own_model(trial: Trial, n_features: int, n_units: int, batch_size: int) -> nn.Module:
    """The model of a user's factory, with the trial's initial weights; each activation in it counts as a layer."""
    spec = trial.task.model
    assert isinstance(spec, OwnModelSpec)
    layers = itertools.count()

    def activation() -> nn.Module:
        return _build_activation(trial.pairing.activation, trial, next(layers), batch_size)

    return spec.build(activation, n_features, n_units, derive_seed(trial.phase, trial.seed, "weights"))


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
        n = x[0].numel()
        drawn = activation_noise(trial.phase, trial.seed, self._layer, self._step, self._batch_size, n)
        self._step += 1
        return self._apply_function(x, **self._hyper, noise=drawn[: len(x)].to(x).view_as(x))
