"""A dataset of OpenML, by name or id, to a dataset; its table is fetched through scikit-learn once and cached."""

import json
import re
import warnings
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from actloss_cli.catalogue.spec import Kind
from actloss_cli.datasets.cache import Arrays, openml_name
from actloss_cli.datasets.dataset import Dataset, DatasetRef
from actloss_cli.datasets.error import DatasetError, listed, quoted
from actloss_cli.datasets.fetching import fetched
from actloss_cli.datasets.tabular import Table, tabular_dataset

_ID = re.compile(r"[1-9][0-9]{0,8}")
_NAME = re.compile(r"(?!\d+\Z)[A-Za-z0-9_.(),'-]{1,128}")
"""The characters that OpenML allows in a name; whatever else would end up in a URL and in a file's name."""
_SEVERAL = "Multiple active versions"
_SPARSE = "Sparse ARFF"


def load_openml(ref: DatasetRef, kind: Kind) -> Dataset:
    """Fetches `ref.openml`, or takes it from the cache; raises `DatasetError`, also for what can't be used as it is.

    By name it is the active version, of which there must be only one. The target is the one that OpenML names, or
    `ref.target`; the columns are those that OpenML doesn't mark as identifiers or as to be ignored.
    """
    if not (_ID.fullmatch(ref.openml) or _NAME.fullmatch(ref.openml)):
        raise DatasetError(
            f"{quoted(ref.openml)} is neither a name nor an id of OpenML", "write openml:31, or openml:NAME"
        )
    origin = f"OpenML dataset {quoted(ref.openml)}"
    arrays = fetched(openml_name(ref.openml), origin, lambda: _fetch(ref.openml, origin))
    table = Table(
        cells=_cells(arrays),
        target=ref.target or _own_target(arrays, ref.openml, origin),
        origin=origin,
        as_written=f"openml: {ref.openml}" + (", target: COLUMN" if ref.target else ""),
        missing_cells="cells that OpenML leaves open",
    )
    return tabular_dataset(ref.name, table, kind, ref.missing)


def _fetch(name_or_id: str, origin: str) -> Arrays:
    from sklearn.datasets import fetch_openml
    from sklearn.datasets._openml import OpenMLError

    asked = {"data_id": int(name_or_id)} if _ID.fullmatch(name_or_id) else {"name": name_or_id}
    try:
        with TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.filterwarnings("error", message=_SEVERAL)
            # The parser on pandas is faster, but takes categories that look like numbers for numbers (and under pandas
            # 3.1 fails on them).
            found = fetch_openml(
                **asked, target_column=None, as_frame=True, parser="liac-arff", data_home=folder, n_retries=1
            )
    except OpenMLError as error:
        raise DatasetError(f"OpenML has no active dataset {quoted(name_or_id)}", "look it up at openml.org") from error
    except UserWarning as warning:
        raise _several(str(warning), name_or_id) from warning
    except ValueError as error:
        if str(error).startswith(_SPARSE):
            raise DatasetError(f"{origin} is sparse, not a table", "take a dense one") from error
        raise
    return _to_arrays(found.frame, found.details.get("default_target_attribute") or "")


def _several(warning: str, name: str) -> DatasetError:
    ids = re.findall(r"version (\d+), .*?id=(\d+)", warning, re.DOTALL)
    choices = " or ".join(f"openml:{number} (version {version})" for version, number in ids)
    return DatasetError(f"OpenML has several active datasets {quoted(name)}", f"take one by its id, such as {choices}")


def _own_target(arrays: Arrays, name_or_id: str, origin: str) -> str:
    names = [name for name in str(arrays["target"]).split(",") if name]
    if len(names) == 1:
        return names[0]
    raise DatasetError(
        f"{origin} names {f'{len(names)} targets: {listed(names)}' if names else 'no target'}",
        f"name one: {{openml: {name_or_id}, target: COLUMN}}",
    )


def _to_arrays(frame: pd.DataFrame, target: str) -> Arrays:
    """The frame without pickles: JSON says the columns' names and texts, an array per column its numbers or codes."""
    arrays: dict[str, Any] = {}
    columns = []
    for i, name in enumerate(frame.columns):
        column = frame[name]
        texts = None
        if pd.api.types.is_numeric_dtype(column):
            arrays[f"column_{i}"] = column.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            codes, levels = pd.factorize(column)
            arrays[f"column_{i}"] = codes.astype(np.int32)
            texts = [str(level) for level in levels]
        columns.append({"name": str(name), "texts": texts})
    return {**arrays, "columns": np.array(json.dumps(columns)), "target": np.array(target)}


def _cells(arrays: Arrays) -> pd.DataFrame:
    """The frame that `_to_arrays` took apart."""
    columns = json.loads(str(arrays["columns"]))
    return pd.DataFrame(
        {
            column["name"]: arrays[f"column_{i}"]
            if column["texts"] is None
            else pd.Categorical.from_codes(arrays[f"column_{i}"], column["texts"])
            for i, column in enumerate(columns)
        }
    )
