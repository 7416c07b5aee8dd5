"""A CSV file to a table with sound column names; knows nothing of targets and features."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pandas as pd

from actloss_cli.datasets.csv_text import read_text
from actloss_cli.datasets.error import DatasetError, counted, listed, quoted

_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_ROWS = 50


def read_table(path: str) -> pd.DataFrame:
    """The rows under the header; columns of numbers have a numeric dtype, empty cells are NaN.

    Delimited by comma, semicolon, tab or bar, whichever cuts the first rows into equally many fields. Raises
    `DatasetError`.
    """
    file = f"CSV {quoted(Path(path).name)}"
    text = read_text(path, file)
    delimiter = max(_DELIMITERS, key=lambda candidate: _fit(text, candidate, file))
    header = _checked_header(text, delimiter, file)
    try:
        return pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=0,
            names=header,
            index_col=False,
            skipinitialspace=True,
            na_values=["?"],  # UCI's mark, beside those that pandas knows
            low_memory=False,
        )
    except pd.errors.ParserError as error:
        reason = " ".join(str(error).split())
        raise DatasetError(f"{file} can't be read as a table: {reason}", "check its quotes") from None


def _records(text: str, delimiter: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Line number (of the record's last line) and fields of each record that isn't a blank line."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, fields
    except csv.Error as error:
        raise DatasetError(
            f"{file} can't be read as a table: line {reader.line_num}: {error}", "check its quotes"
        ) from None


def _fit(text: str, delimiter: str, file: str) -> tuple[bool, int]:
    """How well a delimiter cuts the first records: whether into equally many fields (at least two), and how many."""
    widths = [len(fields) for _, fields in islice(_records(text, delimiter, file), _SNIFFED_ROWS)]
    return widths[0] > 1 and len(set(widths)) == 1, widths[0]


def _checked_header(text: str, delimiter: str, file: str) -> list[str]:
    """The column names; raises unless they are distinct, none is empty, and every record has as many fields."""
    records = _records(text, delimiter, file)
    _, fields = next(records)
    header = [field.strip() for field in fields]
    if "" in header:
        raise DatasetError(
            f"{file}: column {header.index('') + 1} has no name", "name it in the first line, or remove it"
        )
    if repeated := [name for name, count in Counter(header).items() if count > 1]:
        raise DatasetError(f"{file} has more than one column of the name {listed(repeated)}", "rename all but one")
    for line, fields in records:
        if len(fields) != len(header):
            raise DatasetError(
                f"{file}: line {line} has {counted(len(fields), 'field')}, the first line {len(header)}",
                "give every line as many fields as there are columns",
            )
    return header
