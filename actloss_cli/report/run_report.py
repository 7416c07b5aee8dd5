"""All that a report says of one run: what is printed at hand, what its files need read where one is to be written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from actloss_cli.analysis.pairings import Analysis, analyse
from actloss_cli.analysis.variance_shares import variance_shares
from actloss_cli.report.built import task_digests
from actloss_cli.store.data import RunData, RunFacts


@dataclass(frozen=True)
class Kept:
    """What an earlier report found out, for which trials would have to be read again."""

    shares: pd.DataFrame
    digests: Mapping[str, str]


@dataclass(frozen=True)
class RunReport:
    """One run, judged."""

    facts: RunFacts
    analysis: Analysis
    read: Callable[[], RunData]
    """Gives the run with its trials; raises `UserError` where it is damaged."""
    kept: Kept | None = None
    """None where this is the first report of the run as it is."""
    origin: str = ""
    """A digest of all that it comes from; "" where that can't be told, so that it isn't kept."""

    @classmethod
    def of(cls, run: RunData, analysis: Analysis | None = None, origin: str = "") -> "RunReport":
        """Judges the run, unless that is done; raises `UserError` where an array that this takes is damaged."""
        return cls(run.facts, analysis or analyse(run), lambda: run, origin=origin)

    @cached_property
    def run(self) -> RunData:
        """With its trials."""
        return self.read()

    @cached_property
    def shares(self) -> pd.DataFrame:
        """As `variance_shares` gives them."""
        return self.kept.shares if self.kept else variance_shares(self.run, self.analysis)

    def load(self) -> None:
        """Reads the trials and finds out shares and digests now, once: copies of this process would do so each."""
        _ = self.run, self.shares, self.digests

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """By task, as `task_digests` gives them."""
        return self.kept.digests if self.kept else task_digests(self.run, self.analysis)
