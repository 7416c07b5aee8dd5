"""A CSV file's bytes to text with one kind of line end, whatever encoding it was saved in; knows nothing of tables."""

import codecs
from pathlib import Path

from actloss_cli.datasets.error import DatasetError, quoted_path

MAX_BYTES = 200_000_000
"""Text, table and arrays of one that large take some gigabytes; the models here need no such numbers of rows."""
_WESTERN = "cp1252"
"""Windows-1252, which holds every printable character of Latin-1 at the same place."""


def read_text(path: str, file: str) -> str:
    """The file's text: UTF-8 with or without a byte-order mark, UTF-16 with one, else the likeliest other encoding.

    `file` is what messages call it. Raises `DatasetError`, also for an empty file and for bytes that are no text.
    """
    content = _read_bytes(path)
    # One kind of line end, since csv and pandas take mixed ones differently.
    text = _decode(content, file).replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise DatasetError(f"{file} holds NUL bytes: it is not a text table", "save it as CSV in UTF-8")
    if not text.strip():
        raise DatasetError(f"{file} is empty", "its first line must name the columns")
    return text


def _read_bytes(path: str) -> bytes:
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise DatasetError(f"{quoted_path(path)} is not a file", "give the path of a CSV file")
        if (size := Path(path).stat().st_size) > MAX_BYTES:
            raise DatasetError(
                f"{quoted_path(path)} has {size / 1e6:,.0f} MB, more than {MAX_BYTES / 1e6:,.0f}",
                "take a sample of its rows, or leave out columns",
            )
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise DatasetError(
            f"no such file {quoted_path(path)}", "a relative path starts from the config's folder"
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DatasetError(f"can't read {quoted_path(path)}: {reason}") from None


def _decode(content: bytes, file: str) -> str:
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        # Latin-1 takes any byte and keeps the NULs, for which the caller has words of its own.
        text = content.decode("latin-1") if b"\0" in content else _guess(content)
    if text is None:
        raise DatasetError(f"{file} is not text in any encoding that could be recognised", "save it as CSV in UTF-8")
    return text


def _guess(content: bytes) -> str | None:
    """The text in the likeliest encoding, None where none is likely.

    Windows-1252 wherever it is possible at all: a few accents can't tell it from its neighbours, and text of another
    script rules it out.
    """
    from charset_normalizer import from_bytes

    matches = from_bytes(content)
    western = (match for match in matches if _WESTERN in match.could_be_from_charset)
    likeliest = next(western, matches.best())
    return None if likeliest is None else str(likeliest)
