"""What a table looks like to who must choose functions for it: kind, size, targets' tails and shares of classes.

Targets of the test rows take no part, since what is tried hangs on it.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from actloss_cli.catalogue.spec import Kind
from actloss_cli.datasets import Dataset, DatasetError, DatasetRef, load
from actloss_cli.datasets.csv_dataset import table_of
from actloss_cli.datasets.dataset import Missing
from actloss_cli.datasets.tabular import target_column
from actloss_cli.errors import UserError, user_error
from actloss_cli.recommend.kind import KindFound, find_kind

AskedKind: TypeAlias = Kind | Literal["auto"]

FAR_OUT = 3.0
"""Times the distance of the quartiles beyond them: Tukey's (1977) far out values."""
OUTLIERS = 0.002
"""The share of such targets from which they are told: of normal targets there are 2 in a million."""
HEAVY_TAIL = 3.0
"""Excess kurtosis: that of a Laplace distribution."""
RARE = 0.7
"""A class is rare whose share is below that of an equal one times this."""


@dataclass(frozen=True)
class RegressionFacts:
    """Of the targets."""

    low: float
    high: float
    outlier_share: float
    """Beyond `FAR_OUT`."""
    excess_kurtosis: float
    is_count: bool
    """Whole numbers that are not negative."""

    @property
    def has_outliers(self) -> bool:
        """Whether single targets may decide where a squared error goes."""
        return self.outlier_share >= OUTLIERS or self.excess_kurtosis > HEAVY_TAIL


@dataclass(frozen=True)
class ClassFacts:
    """Of the classes."""

    names: tuple[str, ...]
    rarest: str
    rarest_share: float

    @property
    def is_imbalanced(self) -> bool:
        """Whether the rarest class has clearly less than an equal share."""
        return self.rarest_share < RARE / len(self.names)


@dataclass(frozen=True)
class Profile:
    """Of one table and its target."""

    kind: Kind
    kind_reason: str
    """By what sign of the target; "" where the kind was given."""
    n_rows: int
    n_features: int
    n_numbers: int
    """Features that are not 0 or 1 alone."""
    missing_share: float
    """Of the features' cells."""
    target: RegressionFacts | ClassFacts


def profile_csv(path: Path, target: str, kind: AskedKind, missing: Missing) -> tuple[DatasetRef, Dataset, Profile]:
    """How a config names the table, its rows, what they look like; raises `UserError` for what can't be used."""
    if not path.exists():
        raise user_error(f"no such file: '{path}'", hint="give the path of a CSV file with a header")
    ref = DatasetRef(path.stem, str(path.resolve()), target, missing=missing)
    try:
        column = target_column(table_of(ref))
        if column.nunique() < 2:
            found = KindFound("regression", "")  # loading tells what is wrong with it
        else:
            found = find_kind(column) if kind == "auto" else KindFound(kind, "")
        dataset = load(ref, found.kind)
    except DatasetError as error:
        raise _as_options(error) from None
    return ref, dataset, describe(dataset, found)


def describe(dataset: Dataset, found: KindFound) -> Profile:
    """The profile of rows that are loaded."""
    rest = np.setdiff1d(np.arange(len(dataset.y)), dataset.test)
    X, y = dataset.X, dataset.y[rest]
    is_flag = np.isin(X, (0.0, 1.0)).all(axis=0)
    return Profile(
        kind=found.kind,
        kind_reason=found.reason,
        n_rows=len(X),
        n_features=X.shape[1],
        n_numbers=int((~is_flag).sum()),
        missing_share=float(np.isnan(X).mean()),
        target=_class_facts(y.astype(np.int64), dataset.classes) if dataset.classes else _regression_facts(y),
    )


def _regression_facts(y: NDArray[np.float64] | NDArray[np.int64]) -> RegressionFacts:
    values = y.astype(np.float64)
    first, third = np.quantile(values, (0.25, 0.75))
    reach = FAR_OUT * (third - first)
    centred = values - values.mean()
    return RegressionFacts(
        low=float(values.min()),
        high=float(values.max()),
        outlier_share=float(((values < first - reach) | (values > third + reach)).mean()),
        excess_kurtosis=float((centred**4).mean() / (centred**2).mean() ** 2 - 3),
        is_count=bool((values >= 0).all() and (values % 1 == 0).all()),
    )


def _class_facts(y: NDArray[np.int64], names: tuple[str, ...]) -> ClassFacts:
    shares = np.bincount(y, minlength=len(names)) / len(y)
    rarest = int(shares.argmin())
    return ClassFacts(names, names[rarest], float(shares[rarest]))


def _as_options(error: DatasetError) -> UserError:
    """What a hint would have a config say, as options of the command line."""
    hint = re.sub(r"write kind: (\w+)", r"give --kind \1", error.hint)
    hint = re.sub(r"write \{[^{}]*missing: mean\}", "give --missing mean", hint)
    hint = re.sub(r"(write )?'missing: drop'", lambda found: ("give " if found[1] else "") + "--missing drop", hint)
    return user_error(error.message, hint=hint)
