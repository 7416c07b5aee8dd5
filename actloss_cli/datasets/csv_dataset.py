"""A user's CSV to a dataset."""

from pathlib import Path

from actloss_cli.catalogue.spec import Kind
from actloss_cli.datasets.csv_table import read_table
from actloss_cli.datasets.dataset import Dataset, DatasetRef
from actloss_cli.datasets.error import quoted
from actloss_cli.datasets.tabular import Table, tabular_dataset


def load_csv(ref: DatasetRef, kind: Kind) -> Dataset:
    """Reads `ref.csv`; raises `DatasetError` for what can't be used as it is."""
    table = Table(
        cells=read_table(ref.csv),
        target=ref.target,
        origin=f"CSV {quoted(Path(ref.csv).name)}",
        as_written="csv: PATH, target: COLUMN",
        missing_cells="empty cells, ?, NA, NaN, null and None",
    )
    return tabular_dataset(ref.name, table, kind, ref.missing)
