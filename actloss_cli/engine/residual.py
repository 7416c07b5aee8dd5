"""The two ends of a skip in a chain: what goes in at its start is added to what comes out at its end."""

import torch
from torch import Tensor


class SkipStart:
    """Hands on its input, and keeps it for the end; T trials, H units, B rows."""

    def __init__(self, like: Tensor) -> None:
        self.x = like
        """What went in last `[T, H, B]`."""
        self.past = torch.empty_like(like)
        """The gradient that passed by the layers between `[T, H, B]`."""
        self._below = torch.empty_like(like)

    def forward(self, x: Tensor) -> Tensor:
        """`[T, H, B]` as it is."""
        self.x = x
        return x

    def backward(self, grad: Tensor) -> Tensor:
        """Through the layers between, plus past them `[T, H, B]`."""
        return torch.add(grad, self.past, out=self._below)


class SkipEnd:
    """Adds what went in at the start."""

    def __init__(self, start: SkipStart) -> None:
        self._start = start
        self._sum = torch.empty_like(start.past)

    def forward(self, x: Tensor) -> Tensor:
        """`[T, H, B]` to the same shape."""
        return torch.add(self._start.x, x, out=self._sum)

    def backward(self, grad: Tensor) -> Tensor:
        """The gradient as it is; layers between may work in place on it, so that the start gets a copy."""
        self._start.past.copy_(grad)
        return grad
