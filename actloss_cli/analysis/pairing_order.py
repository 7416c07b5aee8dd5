"""The order in which pairings are ranked, wherever they are: the best first, ties by name."""

import numpy as np
import pandas as pd

from actloss_cli.analysis.pairing_row import FUNCTIONS


def best_first(pairings: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows by a numeric column, the largest first, then by the names of the functions; without a number last."""
    numbers = pairings[column].to_numpy(np.float64)
    missing = np.isnan(numbers)
    ranks = np.where(missing, 0.0, -numbers)
    # What `sort_values` by five columns gives, in a tenth of its time.
    keys = list(zip(missing.tolist(), ranks.tolist(), *(pairings[role].tolist() for role in FUNCTIONS), strict=True))
    return pairings.iloc[sorted(range(len(keys)), key=keys.__getitem__)]
