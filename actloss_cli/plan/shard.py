"""A part of a plan that is run by itself: every n-th group, so that what hangs together stays together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from actloss_cli.errors import user_error

T = TypeVar("T")


@dataclass(frozen=True)
class Shard:
    """Number `number`, from 1, of `of`."""

    number: int
    of: int

    def __str__(self) -> str:
        """`3/8`, as the command line takes it."""
        return f"{self.number}/{self.of}"

    @property
    def folder_suffix(self) -> str:
        """What a run's folder ends in, so that shards of one name keep apart: `shard-3-of-8`."""
        return f"shard-{self.number}-of-{self.of}"

    def take(self, groups: Iterable[T]) -> Iterator[T]:
        """Every `of`-th group: neighbours, which cost about the same, go to different shards."""
        return islice(groups, self.number - 1, None, self.of)


def parse_shard(text: str) -> Shard:
    """`3/8`; raises for what is none."""
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text.strip())
    shard = Shard(*map(int, found.groups())) if found else None
    if shard is None or not 1 <= shard.number <= shard.of:
        raise user_error(
            "a shard is written NUMBER/COUNT, its number from 1 to the count",
            where=f"--shard {text}",
            hint="for the third of eight: --shard 3/8",
        )
    return shard
