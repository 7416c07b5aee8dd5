"""Two axes of a task's pairings against each other; each cell sums up what the other two axes do."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.analysis.pairing_order import best_first
from actloss_cli.analysis.pairing_row import FUNCTIONS, pairing_labels
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.verdicts import VerdictName


def output_by_loss(analysis: Analysis, task: str) -> pd.DataFrame:
    """One row per output and loss of the task, as `activation_by_optimizer` describes it."""
    return _cross(analysis, task, "output", "loss")


def activation_by_optimizer(analysis: Analysis, task: str) -> pd.DataFrame:
    """One row per activation and optimizer of the task, index both, in the plan's order, on the full product.

    Columns: best_score and best (label), of the pairing with the highest validation score, since picking it by its test
    score would flatter the cell; works_share, among the pairings that can be trained, NaN without one; n_pairings;
    all_invalid; then the number of pairings under the name of each verdict. A cell that the plan leaves out has no
    pairings.
    """
    return _cross(analysis, task, "activation", "optimizer")


def _cross(analysis: Analysis, task: str, rows: str, columns: str) -> pd.DataFrame:
    names = ["verdict", "works", "score", "validation_score", *FUNCTIONS]
    pairings = analysis.pairings.loc[analysis.pairings["task"] == task, names]
    (row, row_labels), (column, column_labels) = (pd.factorize(pairings[axis]) for axis in (rows, columns))
    product = pd.MultiIndex.from_product([row_labels, column_labels], names=[rows, columns])
    cell = row * len(column_labels) + column
    counts = _count(cell, len(product), pairings["verdict"]).set_axis(product)
    n_pairings = counts.sum(axis=1)
    n_trainable = n_pairings - counts[VerdictName.INVALID]
    n_working = np.bincount(cell, pairings["works"], len(product)).astype(np.int64)
    scored = pairings.assign(cell=cell)
    best = best_first(scored[scored["score"].notna()], "validation_score").drop_duplicates("cell").set_index("cell")
    held = best.assign(best=pairing_labels(best)).reindex(range(len(product))).set_axis(product)
    cells = pd.DataFrame(
        {
            "best_score": held["score"],
            "best": held["best"].fillna(""),
            "works_share": n_working / n_trainable.where(n_trainable > 0),
            "n_pairings": n_pairings,
            "all_invalid": (n_pairings > 0) & (n_trainable == 0),
        }
    )
    return cells.join(counts)


def _count(cell: NDArray[np.int64], n_cells: int, verdicts: "pd.Series[str]") -> pd.DataFrame:
    """Pairings of each cell, one column for each verdict."""
    names = [str(name) for name in VerdictName]
    verdict = pd.Index(names).get_indexer(pd.Index(verdicts))
    counts = np.bincount(cell * len(names) + verdict, minlength=n_cells * len(names))
    return pd.DataFrame(counts.reshape(n_cells, len(names)), columns=names)
