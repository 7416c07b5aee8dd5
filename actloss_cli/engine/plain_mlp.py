"""The hidden layers of the plain loop's MLP: torch's linear and normalising modules, and skips around layers."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.plan.trial import ModelSpec


def hidden_layers(spec: ModelSpec, n_features: int, activations: Sequence[nn.Module]) -> list[nn.Module]:
    """`[B, D]` to what the last of them gives; one activation for each. Before batch normalisation there is no bias."""
    layers: list[nn.Module] = []
    widths = pairwise([n_features, *spec.hidden])
    for depth, ((n_in, n_out), activation) in enumerate(zip(widths, activations, strict=True)):
        layer = [nn.Linear(n_in, n_out, bias=spec.norm != "batch"), *_norms(spec, n_out), activation]
        layers += [Residual(*layer)] if spec.kind == "residual" and depth > 0 else layer
    return layers


def _norms(spec: ModelSpec, width: int) -> list[nn.Module]:
    match spec.norm:
        case "batch":
            return [BatchNorm(width)]
        case "layer":
            return [nn.LayerNorm(width)]
        case "none":
            return []


class Residual(nn.Module):
    """h + f(W h + b): the modules' result is added to what they are given (He et al., 2016; Greydanus, 2020)."""

    def __init__(self, *modules: nn.Module) -> None:
        super().__init__()
        self._inner = nn.Sequential(*modules)

    def forward(self, h: Tensor) -> Tensor:
        """`[B, H]` to the same shape."""
        added: Tensor = self._inner(h)
        return h + added


class BatchNorm(nn.BatchNorm1d):
    """torch's, which refuses a minibatch of one row in training: it has no spread, and takes the running statistics."""

    def forward(self, x: Tensor) -> Tensor:
        """`[B, H]` to the same shape."""
        if self.training and len(x) == 1:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        return super().forward(x)
