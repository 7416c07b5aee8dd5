"""A user's CSV to a dataset."""

from pathlib import Path

from actloss_cli.catalogue.spec import Kind
from actloss_cli.datasets.csv_table import read_table
from actloss_cli.datasets.dataset import Dataset, DatasetRef
from actloss_cli.datasets.error import quoted
from actloss_cli.datasets.tabular import Table, tabular_dataset


def load_csv(ref: DatasetRef, kind: Kind) -> Dataset:
    """Reads `ref.csv`; raises `DatasetError` for what can't be used as it is."""
    return tabular_dataset(ref.name, table_of(ref), kind, ref.missing)


def table_of(ref: DatasetRef) -> Table:
    """The cells of `ref.csv`, of any kind as yet; raises `DatasetError` for what is no table."""
    return Table(
        cells=read_table(ref.csv),
        target=ref.target,
        origin=f"CSV {quoted(Path(ref.csv).name)}",
        as_written="csv: PATH, target: COLUMN",
        missing_cells="empty cells, ?, NA, NaN, null and None",
    )
