"""The catalogue of datasets: one card each. Makes no rows."""

from actloss_cli.datasets.cards.binary import BINARY
from actloss_cli.datasets.cards.multiclass import MULTICLASS
from actloss_cli.datasets.cards.regression import REGRESSION
from actloss_cli.datasets.dataset import DatasetCard

CARDS: tuple[DatasetCard, ...] = REGRESSION + BINARY + MULTICLASS
"""By kind: first the generated ones, then those of packages, then those that are fetched."""
