"""Every activation with its defaults and with other hyperparameters, and what each should be by outside authority."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy import special
from torch import nn

from actloss_cli.catalogue import ACTIVATIONS, ActivationSpec
from actloss_cli.catalogue.spec import Hyper

OTHER_SETTINGS = {
    "leaky_relu": [{"negative_slope": 0.2}, {"negative_slope": 0.0}, {"negative_slope": -0.5}, {"negative_slope": 1}],
    "prelu": [{"init": -0.125}, {"init": 1.0}],
    "rrelu": [{"lower": -0.5, "upper": 0.25}, {"lower": -0.5, "upper": -0.25}, {"lower": 0.3, "upper": 0.3}],
    "threshold": [{"threshold": 0.0}, {"threshold": -0.52345, "value": 0.5}, {"threshold": 0.2, "value": -1.0}],
    "elu": [{"alpha": 0.5}, {"alpha": 2}, {"alpha": 0.0}],
    "celu": [{"alpha": 0.5}, {"alpha": 2}],
    "isrlu": [{"alpha": 3.0}],
    "softplus": [{"beta": 2.5}, {"threshold": 1.0}, {"beta": 0.5, "threshold": 0.0}, {"threshold": 80}],
    "squareplus": [{"b": 0.5}],
    "smelu": [{"beta": 0.3}],
    "swish_beta": [{"init": 1.5}, {"init": -1.0}, {"init": 0.0}],
    "gelu": [{"approximate": "tanh"}],
    "penalised_tanh": [{"slope": 0.0}, {"slope": 1.0}],
    "hardtanh": [{"min_val": 0.5, "max_val": 2.0}, {"min_val": -2.0, "max_val": -1.0}],
    "isru": [{"alpha": 3.0}],
    "hardshrink": [{"lambd": 1.3}],
    "softshrink": [{"lambd": 1.3}],
    "sine": [{"omega": 3.0}],
    "snake": [{"a": 0.3}, {"a": 5.0}],
}

TORCH_CLASSES = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "prelu": nn.PReLU,
    "rrelu": nn.RReLU,
    "threshold": nn.Threshold,
    "relu6": nn.ReLU6,
    "elu": nn.ELU,
    "celu": nn.CELU,
    "selu": nn.SELU,
    "softplus": nn.Softplus,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "hardswish": nn.Hardswish,
    "mish": nn.Mish,
    "tanh": nn.Tanh,
    "hardtanh": nn.Hardtanh,
    "softsign": nn.Softsign,
    "sigmoid": nn.Sigmoid,
    "log_sigmoid": nn.LogSigmoid,
    "hardsigmoid": nn.Hardsigmoid,
    "hardshrink": nn.Hardshrink,
    "softshrink": nn.Softshrink,
    "tanhshrink": nn.Tanhshrink,
    "softmax": nn.Softmax,
    "softmin": nn.Softmin,
    "log_softmax": nn.LogSoftmax,
}

OF_THE_LITERATURE = {
    "absolute": np.abs,
    "squared_relu": lambda x: np.maximum(x, 0) ** 2,
    "square": lambda x: x * x,
    "isrlu": lambda x, alpha: np.where(x < 0, x / np.sqrt(1 + alpha * x**2), x),
    "shifted_softplus": lambda x: np.logaddexp(x, 0) - np.log(2),
    "squareplus": lambda x, b: np.where(x > 0, x + np.hypot(x, b**0.5), b / (np.hypot(x, b**0.5) - x + (x > 0))) / 2,
    "smelu": lambda x, beta: np.select([x <= -beta, x < beta], [0 * x, (x + beta) ** 2 / (4 * beta)], x),
    "swish_beta": lambda x, init: x * special.expit(init * x),
    "quick_gelu": lambda x: x * special.expit(1.702 * x),
    "tanhexp": lambda x: x * np.tanh(np.exp(np.minimum(x, 50))),
    "serf": lambda x: x * special.erf(np.logaddexp(x, 0)),
    "lisht": lambda x: x * np.tanh(x),
    "elish": lambda x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x) * special.expit(x),
    "lecun_tanh": lambda x: 1.7159 * np.tanh(x / 1.5),
    "penalised_tanh": lambda x, slope: np.where(x < 0, slope, 1) * np.tanh(x),
    "arctan": np.arctan,
    "isru": lambda x, alpha: x / np.sqrt(1 + alpha * x**2),
    "erf": special.erf,
    "probit": special.ndtr,
    "cloglog": lambda x: 1 - np.exp(-np.exp(np.minimum(x, 50))),
    "laplace": lambda x: (1 + special.erf((x - 0.5**0.5) / (2 / (4 * np.pi)) ** 0.5)) / 2,
    "symlog": lambda x: np.sign(x) * np.log(1 + np.abs(x)),
    "sine": lambda x, omega: np.sin(omega * x),
    "snake": lambda x, a: x + (1 - np.cos(2 * a * x)) / (2 * a),
    "gaussian": lambda x: np.exp(-(x**2)),
}


@dataclass(frozen=True)
class Case:
    """An activation with all its hyperparameters."""

    spec: ActivationSpec
    hyper: Hyper
    label: str

    @property
    def further(self):
        """Learnable parameters at their start, and no noise: what `apply` takes outside training."""
        start = {
            name: torch.tensor(value, dtype=torch.float64)
            for name, value in self.spec.learnable_for(self.hyper).items()
        }
        return start | ({"noise": None} if self.spec.stochastic else {})

    def value(self, x):
        """f(x), float64."""
        return self.spec.apply(x, **self.hyper, **self.further)

    def value_and_slope(self, x):
        """f(x) and the gradient of its sum by autograd, in x's dtype."""
        leaf = x.clone().requires_grad_()
        further = {name: value if value is None else value.to(x.dtype) for name, value in self.further.items()}
        y = self.spec.apply(leaf, **self.hyper, **further)
        return y.detach(), torch.autograd.grad(y.sum(), leaf)[0]

    def torch_module(self):
        """torch's own, in evaluation; None where torch has none."""
        build = TORCH_CLASSES.get(self.spec.name)
        if build is None:
            return None
        return build(**({"dim": 1} if self.spec.along_features else self.hyper)).double().eval()

    def reference(self, x):
        """f(x) `[n]` of an element-wise function, float64, from torch or the paper's formula."""
        module = self.torch_module()
        if module is None:
            return OF_THE_LITERATURE[self.spec.name](x, **self.hyper)
        return module(torch.from_numpy(x)[:, None])[:, 0].detach().numpy()


CASES = [
    Case(spec, {**spec.hyper, **other}, " ".join([spec.name, *(f"{k}={v}" for k, v in other.items())]))
    for spec in ACTIVATIONS
    for other in [{}, *OTHER_SETTINGS.get(spec.name, [])]
]
ELEMENTWISE = [case for case in CASES if not case.spec.along_features]
