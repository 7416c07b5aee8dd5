"""Feeds a stack: each trial gets the minibatch of its own seed, in that seed's order. Data stay resident.

Minibatches are padded to whole vector lanes with rows of weight zero, so that every element of every trial goes
through the same vectorised code, whatever the trial's place in the stack.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from actloss_cli.datasets import Dataset
from actloss_cli.engine.flat import pad_to_lanes
from actloss_cli.engine.problem import Part, Problem, epoch_order
from actloss_cli.plan.trial import Phase

Weigh: TypeAlias = Literal["scaling", "dividing"]
"""How class weights enter a minibatch's mean: divided by the number of rows, or by the sum of their weights."""

BLOCK_ELEMENTS = 1 << 24
"""Inputs gathered ahead at a time, over all seeds."""


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
    """xs `[K, S, D, B]` in K chunks; per trial y `[T, N]` and coded target `[T, C, N]` or, for indices, `[T, N]`."""

    xs: Tensor
    y: Tensor
    target: Tensor
    weights: Tensor | None
    """Of the rows `[T, N]` in the loss, where classes are weighed."""


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
        self.B = pad_to_lanes(self.batch_size)
        self.n_features = problems[0].train.X.shape[1]

    @property
    def steps_per_epoch(self) -> int:
        """Minibatches per epoch; the last may be smaller, as with a DataLoader that drops nothing."""
        return -(-self.n_train // self.batch_size)

    def epoch(self, epoch: int, max_steps: int | None = None) -> Iterator[Minibatch]:
        """The minibatches of one epoch, or its first ones; each is valid until the next one is asked for."""
        orders = [epoch_order(self._dataset, self._phase, seed, epoch, self.n_train) for seed in self._seeds]
        ahead = max(1, BLOCK_ELEMENTS // (len(self._seeds) * self.n_features * self.B))
        n_steps = min(self.steps_per_epoch, max_steps or self.steps_per_epoch)
        for start in range(0, n_steps, ahead):
            yield from self._block(orders, start, min(start + ahead, n_steps))

    def _block(self, orders: list[Tensor], first: int, last: int) -> Iterator[Minibatch]:
        index = _batch_rows(self.n_train, self.batch_size, self.B)[first:last]  # (K, B)
        rows = [order[index].to(self.seed_of.device) for order in orders]
        parts = [problem.train for problem in self._problems]
        xs = _stack([part.X for part in parts], rows)
        targets = _stack([part.target for part in parts], rows)
        classes = None if self._weigh is None else _stack([part.y for part in parts], rows)
        for k in range(last - first):
            n = min(self.batch_size, self.n_train - (first + k) * self.batch_size)
            weights = xs.new_zeros(1, self.B)
            weights[:, :n] = 1 / n
            if classes is not None:
                weights = self._class_weighted(weights, classes[k])
            yield Minibatch(xs[k], targets[k].index_select(0, self.seed_of), weights, n)

    def held_out(self, parts: Sequence[Part]) -> "HeldOut":
        """Validation or test rows of the S seeds, cut to the model's width."""
        index = _batch_rows(len(parts[0].y), self.B, self.B).to(self.seed_of.device)
        y = torch.stack([part.y for part in parts])
        weights = None
        if self._weigh is not None:
            weights = self._class_weighted(parts[0].X.new_full((1, y.shape[1]), 1 / y.shape[1]), y)
        return HeldOut(
            xs=_stack([part.X for part in parts], [index] * len(parts)),
            y=y[self.seed_of],
            target=torch.stack([part.target.movedim(0, -1) for part in parts])[self.seed_of],
            weights=weights,
        )

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


def _stack(sources: list[Tensor], rows: list[Tensor]) -> Tensor:
    """Sources `[N, ..]` of S seeds, at rows `[K, B]` each, to `[K, S, .., B]`."""
    return torch.stack([source[row].movedim(1, -1) for source, row in zip(sources, rows, strict=True)], 1).contiguous()
