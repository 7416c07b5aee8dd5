"""A CSV file's text to a table with sound column names; knows nothing of targets and features."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from actloss_cli.datasets.error import DatasetError, counted, listed, quoted, quoted_path

_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_ROWS = 50


def read_table(path: str) -> pd.DataFrame:
    """The rows under the header; columns of numbers have a numeric dtype, empty cells are NaN.

    UTF-8 with or without a byte-order mark, delimited by comma, semicolon, tab or bar, whichever cuts the first rows
    into equally many fields. Raises `DatasetError`.
    """
    file = f"CSV {quoted(Path(path).name)}"
    text = _read_text(path, file)
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
            low_memory=False,
        )
    except pd.errors.ParserError as error:
        reason = " ".join(str(error).split())
        raise DatasetError(f"{file} can't be read as a table: {reason}", "check its quotes") from None


def text_example(column: "pd.Series[Any]") -> str:
    """A cell that kept this column from being read as numbers."""
    text = column[pd.to_numeric(column, errors="coerce").isna()]
    return str((text if len(text) else column).iloc[0])


def _read_text(path: str, file: str) -> str:
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise DatasetError(f"{quoted_path(path)} is not a file", "give the path of a CSV file")
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise DatasetError(
            f"no such file {quoted_path(path)}", "a relative path starts from the config's folder"
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DatasetError(f"can't read {quoted_path(path)}: {reason}") from None
    try:
        # One kind of line end, since csv and pandas take mixed ones differently.
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        bad = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
        raise DatasetError(f"{file} is not UTF-8 text ({bad})", "save it as UTF-8") from None
    if "\0" in text:
        raise DatasetError(f"{file} holds NUL bytes: it is not a text table", "save it as CSV in UTF-8")
    if not text.strip():
        raise DatasetError(f"{file} is empty", "its first line must name the columns")
    return text


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
