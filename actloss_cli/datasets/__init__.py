"""The data: a catalogue of datasets, a user's own CSV, their split by seed. Imports no pandas, no scikit-learn yet."""

from actloss_cli.datasets.assembly import classification, regression
from actloss_cli.datasets.cards import CARDS
from actloss_cli.datasets.dataset import Dataset, DatasetCard, DatasetRef, Split
from actloss_cli.datasets.error import DatasetError
from actloss_cli.datasets.loading import find_card, load
from actloss_cli.datasets.split import split

__all__ = [
    "CARDS",
    "Dataset",
    "DatasetCard",
    "DatasetError",
    "DatasetRef",
    "Split",
    "classification",
    "find_card",
    "load",
    "regression",
    "split",
]
