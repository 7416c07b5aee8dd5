"""P-values of many hypotheses, adjusted for their number: pure functions on arrays."""

from collections.abc import Callable

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from actloss_cli.plan.selection import Floats


def holm(p: Floats) -> Floats:
    """Gives `[P]` adjusted p: to reject those of at most q is to reject any true hypothesis with probability at most q.

    NaN stands for a hypothesis that was not tested: it stays NaN and is not counted. Valid however the tests depend on
    each other (Holm, 1979).
    """
    return _adjusted(p, lambda tested: multipletests(tested, method="holm")[1])


def benjamini_hochberg(p: Floats) -> Floats:
    """Gives `[P]` adjusted p: of those rejected at at most q, a share of q is true in expectation at the most.

    NaN as in `holm`. Valid for tests that are independent or depend positively (Benjamini & Hochberg, 1995).
    """
    return _adjusted(p, stats.false_discovery_control)


def _adjusted(p: Floats, adjust: Callable[[Floats], Floats]) -> Floats:
    adjusted = np.array(p, np.float64)
    tested = ~np.isnan(adjusted)
    adjusted[tested] = adjust(adjusted[tested])
    return adjusted
