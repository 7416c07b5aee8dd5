"""The convolutions of the plain loop: torch's own modules, as torch users write them."""

from collections.abc import Iterator, Sequence

from torch import nn

from actloss_cli.plan.shaped_models import ConvolutionSpec

_LAYERS = {"conv1d": nn.Conv1d, "conv2d": nn.Conv2d}


def convolutions(spec: ConvolutionSpec, activations: Sequence[nn.Module]) -> Iterator[nn.Module]:
    """Rows `[B, D]` to all that the last convolution and activation give, flat again."""
    yield nn.Unflatten(1, spec.shape)
    for (n_out, n_in, *_), activation in zip(spec.filters, activations, strict=True):
        yield _LAYERS[spec.kind](n_in, n_out, spec.kernel, spec.stride)
        yield activation
    yield nn.Flatten()
