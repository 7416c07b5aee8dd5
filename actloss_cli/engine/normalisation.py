"""Stacked normalisation of pre-activations `[T, H, B]`, each trial with a scale and a shift of its own per unit.

As torch.nn.BatchNorm1d and torch.nn.LayerNorm with their defaults, with hand-derived gradients. Every step is one of
sums, products, quotients and roots over whole vector lanes, so that a trial's bits don't depend on its neighbours.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from actloss_cli.engine.layers import Pair

EPS = 1e-5
"""Added to variances."""
MOMENTUM = 0.1
"""The weight of a new minibatch in the running statistics."""


class _Affine:
    """y = scale z + shift, of normalised z `[T, H, B]`; scale and shift `[T, H, 1]`."""

    def __init__(self, values: Pair, grads: Pair, B: int) -> None:
        self.scale, self._shift = values
        self._scale_grad, self._shift_grad = grads
        self.z, self.room, self._y = (self.scale.new_empty(*self.scale.shape[:2], B) for _ in range(3))

    def forward(self) -> Tensor:
        """Of `z` to y."""
        return torch.mul(self.z, self.scale, out=self._y).add_(self._shift)

    def backward(self, grad: Tensor) -> Pair:
        """Fills the gradients of scale and shift `[T, H, 1]` from that of y `[T, H, B]`, and gives them."""
        torch.mul(grad, self.z, out=self.room)
        return (
            torch.sum(self.room, 2, keepdim=True, out=self._scale_grad),
            torch.sum(grad, 2, keepdim=True, out=self._shift_grad),
        )


class BatchNorm:
    """Each unit over the rows of a minibatch in training, by running statistics else (Ioffe & Szegedy, 2015).

    Padding rows count in no statistic, and nothing is sent back to them. A minibatch of one row has no spread: it is
    normalised by the running statistics, which it leaves as they are; torch refuses it.
    """

    def __init__(self, values: Pair, grads: Pair, B: int) -> None:
        self._affine = _Affine(values, grads, B)
        self.mean, self.variance = torch.zeros_like(values[0]), torch.ones_like(values[0])
        """Running statistics `[T, H, 1]`."""
        self.n_trained: int | None = None
        """Real rows of the minibatch that is trained on; None outside training."""
        self._n = 0
        """The same of the last forward pass; 0 where the running statistics were taken."""
        self._is_real = values[0].new_zeros(B)
        self._inverse = values[0]

    def forward(self, x: Tensor) -> Tensor:
        """`[T, H, B]` to the same shape."""
        self._n = self.n_trained if self.n_trained is not None and self.n_trained > 1 else 0
        z, room = self._affine.z, self._affine.room
        if not self._n:
            self._inverse = 1 / (self.variance + EPS).sqrt()
            torch.sub(x, self.mean, out=z).mul_(self._inverse)
            return self._affine.forward()
        n = self._n
        self._is_real[:n], self._is_real[n:] = 1, 0
        mean = torch.mul(x, self._is_real, out=room).sum(2, keepdim=True) / n
        torch.sub(x, mean, out=z)
        variance = torch.mul(z, z, out=room).mul_(self._is_real).sum(2, keepdim=True) / n
        self._inverse = 1 / (variance + EPS).sqrt()
        z.mul_(self._inverse)
        self.mean.mul_(1 - MOMENTUM).add_(mean * MOMENTUM)
        self.variance.mul_(1 - MOMENTUM).add_(variance * (MOMENTUM * n / (n - 1)))
        return self._affine.forward()

    def backward(self, grad: Tensor) -> Tensor:
        """Works in place on `grad` `[T, H, B]`."""
        of_scale, of_shift = self._affine.backward(grad)
        if self._n:
            grad.sub_(torch.mul(self._affine.z, of_scale / self._n, out=self._affine.room))
            grad.sub_(of_shift / self._n).mul_(self._is_real)
        return grad.mul_(self._affine.scale * self._inverse)

    def freeze(self, trials: Sequence[int]) -> None:
        """Sets these trials' running statistics back."""
        self.mean[list(trials)] = 0
        self.variance[list(trials)] = 1


class LayerNorm:
    """Each row over the units of the layer (Ba, Kiros & Hinton, 2016)."""

    def __init__(self, values: Pair, grads: Pair, B: int) -> None:
        self._affine = _Affine(values, grads, B)
        self._inverse = values[0]

    def forward(self, x: Tensor) -> Tensor:
        """`[T, H, B]` to the same shape."""
        z, H = self._affine.z, x.shape[1]
        torch.sub(x, x.sum(1, keepdim=True) / H, out=z)
        variance = torch.mul(z, z, out=self._affine.room).sum(1, keepdim=True) / H
        self._inverse = 1 / (variance + EPS).sqrt()
        z.mul_(self._inverse)
        return self._affine.forward()

    def backward(self, grad: Tensor) -> Tensor:
        """Works in place on `grad` `[T, H, B]`."""
        self._affine.backward(grad)
        z, room, H = self._affine.z, self._affine.room, grad.shape[1]
        grad.mul_(self._affine.scale)
        along = torch.mul(grad, z, out=room).sum(1, keepdim=True) / H
        grad.sub_(grad.sum(1, keepdim=True) / H)
        return grad.sub_(torch.mul(z, along, out=room)).mul_(self._inverse)


NORMS: Mapping[str, type[BatchNorm | LayerNorm]] = {"batch": BatchNorm, "layer": LayerNorm}
"""By the name that a config uses."""


def biases_beside(norm: str, n_layers: int) -> list[bool]:
    """Which of so many layers with weights have a bias: before batch normalisation the shift takes its place.

    A bias there would have no gradient but rounding, which Adam makes steps of (Ioffe & Szegedy, 2015, section 3.2).
    """
    return [norm != "batch"] * (n_layers - 1) + [True]
