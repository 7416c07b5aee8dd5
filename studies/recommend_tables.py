"""The tables of the study of `actloss recommend`: three that the catalogue lacks, three that it has, all as CSV."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import make_friedman1
from statsmodels.datasets import anes96, fair

from actloss_cli.catalogue import Kind
from actloss_cli.datasets import DatasetRef, load

TARGET = "target"
_ROWS = 1200
_CATALOGUE = "of the catalogue"


def affairs() -> pd.DataFrame:
    """Whether a wife of Fair's (1978) survey had an affair, which a third had; bundled with statsmodels."""
    table: pd.DataFrame = fair.load_pandas().data
    table[TARGET] = (table.pop("affairs") > 0).map({True: "yes", False: "no"})
    return table.sample(3000, random_state=0)


def vote() -> pd.DataFrame:
    """Whom a voter of 1996 was for, from the American National Election Study; bundled with statsmodels."""
    table: pd.DataFrame = anes96.load_pandas().data.drop(columns=["popul"])
    table[TARGET] = table.pop("vote").map({0: "Clinton", 1: "Dole"})
    return table


def slips() -> pd.DataFrame:
    """Friedman's (1991) first function, where one value in thirty was written down wrongly."""
    X, y = make_friedman1(_ROWS, 8, noise=1.0, random_state=0)
    random = np.random.default_rng(0)
    wrong = random.random(_ROWS) < 1 / 30
    y = y + np.where(wrong, random.choice([-25.0, 25.0], _ROWS), 0.0)
    return pd.DataFrame(X, columns=[f"x{i}" for i in range(8)]).assign(**{TARGET: y})


def _of_catalogue(name: str, kind: Kind, n_rows: int | None) -> Callable[[], pd.DataFrame]:
    def table() -> pd.DataFrame:
        dataset = load(DatasetRef(name), kind)
        y = dataset.y if kind == "regression" else np.array(dataset.classes)[dataset.y.astype(np.int64)]
        rows = pd.DataFrame(dataset.X, columns=list(dataset.features)).assign(**{TARGET: y})
        return rows if n_rows is None else rows.sample(n_rows, random_state=0)

    return table


@dataclass(frozen=True)
class StudyTable:
    """A table, and how long a whole training on it is."""

    make: Callable[[], pd.DataFrame]
    epochs: int
    """Some 300 updates, so that whole grids of them take minutes."""
    source: str


TABLES: Mapping[str, StudyTable] = {
    "affairs": StudyTable(affairs, 12, "survey of Fair (1978), bundled with statsmodels; not of the catalogue"),
    "slips": StudyTable(
        slips, 30, "Friedman's (1991) function, one value in thirty written down wrongly; not of the catalogue"
    ),
    "vote": StudyTable(vote, 30, "election study of 1996, bundled with statsmodels; not of the catalogue"),
    "counts": StudyTable(_of_catalogue("counts", "regression", _ROWS), 30, _CATALOGUE),
    "moons": StudyTable(_of_catalogue("moons_label_noise", "binary", _ROWS), 30, _CATALOGUE),
    "wine": StudyTable(_of_catalogue("wine", "multiclass", None), 100, _CATALOGUE),
}
"""By name; the first three are not of the catalogue."""


def write_tables(folder: Path) -> dict[str, Path]:
    """Each as `NAME.csv`; one that is there stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.csv" for name in TABLES}
    for name, path in paths.items():
        if not path.exists():
            TABLES[name].make().to_csv(path, index=False)
    return paths
