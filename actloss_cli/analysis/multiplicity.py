"""P-values of many hypotheses, adjusted for their number: pure functions on arrays."""

from collections.abc import Callable

import numpy as np

from actloss_cli.plan.selection import Floats


def holm(p: Floats) -> Floats:
    """Gives `[P]` adjusted p: to reject those of at most q is to reject any true hypothesis with probability at most q.

    NaN stands for a hypothesis that was not tested: it stays NaN and is not counted. Valid however the tests depend on
    each other (Holm, 1979).
    """
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415 - imports as long as a report computes

    return _adjusted(p, lambda tested: multipletests(tested, method="holm")[1])


def benjamini_hochberg(p: Floats) -> Floats:
    """Gives `[P]` adjusted p: of those rejected at at most q, a share of q is true in expectation at the most.

    NaN as in `holm`. Valid for tests that are independent or depend positively (Benjamini & Hochberg, 1995).
    """
    return _adjusted(p, _least_rates)


def _least_rates(p: Floats) -> Floats:
    """The least over all that are as large or larger of p n / rank; what SciPy imports for it takes half a second."""
    order = np.argsort(p)[::-1]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(np.minimum(p[order] * len(p) / np.arange(len(p), 0, -1), 1.0))
    return adjusted


def _adjusted(p: Floats, adjust: Callable[[Floats], Floats]) -> Floats:
    adjusted = np.array(p, np.float64)
    tested = ~np.isnan(adjusted)
    adjusted[tested] = adjust(adjusted[tested])
    return adjusted
