"""Two axes of a task's pairings against each other; each cell sums up what the other two axes do."""

import pandas as pd

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
    pairings = analysis.pairings[analysis.pairings["task"] == task]
    axes = [pairings[rows], pairings[columns]]
    product = pd.MultiIndex.from_product([axis.unique() for axis in axes], names=[rows, columns])
    counts = pd.crosstab(axes, pairings["verdict"])
    counts = counts.reindex(index=product, columns=[str(name) for name in VerdictName], fill_value=0)
    n_pairings = counts.sum(axis=1)
    n_trainable = n_pairings - counts[VerdictName.INVALID]
    n_working = pairings.groupby([rows, columns])["works"].sum().reindex(product, fill_value=0)
    best = pairings.sort_values(["validation_score", *FUNCTIONS], ascending=[False, True, True, True, True])
    best = best[best["score"].notna()].drop_duplicates([rows, columns])
    held = best.assign(best=pairing_labels(best)).set_index([rows, columns])[["score", "best"]].reindex(product)
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
