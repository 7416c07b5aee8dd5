"""Feeds a stack: each trial gets the minibatch of its own seed, in that seed's order. Data stay resident.

Minibatches are padded to whole vector lanes with rows of weight zero, so that every element of every trial goes
through the same vectorised code, whatever the trial's place in the stack.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from actloss_cli.datasets import Dataset
from actloss_cli.engine.flat import pad_to_lanes
from actloss_cli.engine.problem import Part, Problem, epoch_order
from actloss_cli.native.gather import Tables
from actloss_cli.plan.trial import Phase

Weigh: TypeAlias = Literal["scaling", "dividing"]
"""How class weights enter a minibatch's mean: divided by the number of rows, or by the sum of their weights."""


@dataclass(frozen=True)
class Minibatch:
    """x `[S, D, B]` of all seeds; target `[T, C, B]` or, for indices, `[T, B]`; weights `[1, B]` or `[T, B]` of rows.

    A weight is 1/n on the n real rows, times that of the row's class where classes are weighed; else 0.
    """

    x: Tensor
    target: Tensor
    weights: Tensor
    n: int


@dataclass(frozen=True)
class HeldOut:
    """N rows in K chunks of B, the last one padded: xs `[K, S, D, B]`, and for each trial their labels y `[T, N]`.

    With the padding, as a minibatch has them: coded target `[T, C, K B]` or, for indices, `[T, K B]`, and weights.
    """

    xs: Tensor
    y: Tensor
    target: Tensor
    weights: Tensor

    def real(self, u: Tensor) -> Tensor:
        """Outputs on all chunks `[T, C, K B]` to those on the rows `[T, C, N]`."""
        return u[:, :, : self.y.shape[1]]


def chunk_size(batch_size: int, n_train: int) -> int:
    """B: the rows of a minibatch, padded to whole vector lanes; held-out rows pass through in chunks of as many."""
    return pad_to_lanes(min(batch_size, n_train))


class Feed:
    """Rows of S seeds for T trials; `seed_of` `[T]` says which seed each trial has."""

    def __init__(
        self,
        dataset: Dataset,
        phase: Phase,
        seeds: Sequence[int],
        problems: Sequence[Problem],
        seed_of: Tensor,
        batch_size: int,
        weigh: Weigh | None,
    ) -> None:
        self._dataset, self._phase, self._seeds = dataset, phase, seeds
        self._problems, self.seed_of, self._weigh = problems, seed_of, weigh
        self.n_train = len(problems[0].train.y)
        self.batch_size = min(batch_size, self.n_train)
        self.B = chunk_size(batch_size, self.n_train)
        parts = [problem.train for problem in problems]
        self.n_features = parts[0].X.shape[1]
        self._inputs, self._targets = Tables([part.X for part in parts]), _targets([part.target for part in parts])
        self._classes = torch.stack([part.y for part in parts])
        self._x = parts[0].X.new_empty(len(parts), self.n_features, self.B)
        self._equal: dict[tuple[int, int], Tensor] = {}

    @property
    def steps_per_epoch(self) -> int:
        """Minibatches per epoch; the last may be smaller, as with a DataLoader that drops nothing."""
        return -(-self.n_train // self.batch_size)

    def epoch(self, epoch: int, max_steps: int | None = None) -> Iterator[Minibatch]:
        """The minibatches of one epoch, or its first ones; each is valid until the next one is asked for."""
        index = _batch_rows(self.n_train, self.batch_size, self.B)[:max_steps]  # (K, B)
        for k, rows in enumerate(self._rows(epoch, index)):
            n = min(self.batch_size, self.n_train - k * self.batch_size)
            x = self._inputs.gather(rows, self._x)
            weights = self._weights(n, self.B, None if self._weigh is None else self._classes.gather(1, rows))
            yield Minibatch(x, self._targets(rows).index_select(0, self.seed_of), weights, n)

    def _rows(self, epoch: int, index: Tensor) -> Tensor:
        """The rows of each seed in the minibatches of an epoch, `[K, B]` places in its order to `[K, S, B]`."""
        orders = [epoch_order(self._dataset, self._phase, seed, epoch, self.n_train) for seed in self._seeds]
        return torch.stack([order[index] for order in orders], 1).to(self.seed_of.device)

    def held_out(self, parts: Sequence[Part]) -> "HeldOut":
        """Validation or test rows of the S seeds, cut to the model's width."""
        index = _batch_rows(len(parts[0].y), self.B, self.B).to(self.seed_of.device)
        inputs, y = Tables([part.X for part in parts]), torch.stack([part.y for part in parts])
        rows = index.flatten().expand(len(parts), -1).contiguous()  # (S, K B)
        return HeldOut(
            xs=torch.stack([inputs.gather(chunk.contiguous()) for chunk in torch.split(rows, self.B, 1)]),
            y=y[self.seed_of],
            target=_targets([part.target for part in parts])(rows)[self.seed_of],
            weights=self._weights(len(parts[0].y), rows.shape[1], None if self._weigh is None else y.gather(1, rows)),
        )

    def first_chunk(self, parts: Sequence[Part]) -> Minibatch:
        """The first chunk of `held_out`, as a minibatch with the weights that it would have in training."""
        rows = _batch_rows(len(parts[0].y), self.B, self.B)[:1].to(self.seed_of.device).expand(len(parts), -1)
        n = min(self.B, len(parts[0].y))
        classes = None if self._weigh is None else torch.stack([part.y for part in parts]).gather(1, rows)
        return Minibatch(
            x=Tables([part.X for part in parts]).gather(rows),
            target=_targets([part.target for part in parts])(rows).index_select(0, self.seed_of),
            weights=self._weights(n, self.B, classes),
            n=n,
        )

    def _weights(self, n: int, width: int, classes: Tensor | None) -> Tensor:
        """Of `width` rows, of which the first n are real, in their mean; classes `[S, width]` where they count."""
        if (n, width) not in self._equal:
            self._equal[n, width] = self._x.new_zeros(1, width)
            self._equal[n, width][:, :n] = 1 / n
        equal = self._equal[n, width]
        return equal if classes is None else self._class_weighted(equal, classes)

    def _class_weighted(self, weights: Tensor, classes: Tensor) -> Tensor:
        """Weights `[1, N]` times those of the rows' classes `[S, N]`, for each trial `[T, N]`."""
        of_class = torch.stack([problem.class_weights for problem in self._problems])
        weighted = weights * of_class.gather(1, classes)
        if self._weigh == "dividing":
            weighted /= weighted.sum(1, keepdim=True)
        return weighted.index_select(0, self.seed_of)


def _batch_rows(n_rows: int, size: int, B: int) -> Tensor:
    """Row numbers of each minibatch `[K, B]`: `size` of them, the rest of B repeating the minibatch's first row.

    A repeated row is harmless: its weight is zero, and whatever a model makes of it, it makes of a real row too.
    """
    start = torch.arange(0, n_rows, size)[:, None]
    place = torch.arange(B)[None, :]
    return torch.where((place < size) & (start + place < n_rows), start + place, start)


def _targets(sources: Sequence[Tensor]) -> Callable[[Tensor], Tensor]:
    """Of coded targets `[N, C]` or `[N]` of S seeds, what gives those of rows `[S, B]`: `[S, C, B]` or `[S, B]`."""
    if sources[0].ndim == 2:
        return Tables(sources).gather
    indices = torch.stack(list(sources))
    return lambda rows: indices.gather(1, rows)
