"""Well-known datasets that scikit-learn ships, so that nothing is fetched. A quarter of the rows is the test set."""

import numpy as np

from actloss_cli.datasets.assembly import QUARTER, classification, regression
from actloss_cli.datasets.dataset import Dataset


def digits() -> Dataset:
    """Handwritten digits as 8 x 8 counts of ink, 0 to 16 (Alpaydin & Kaynak, 1998)."""
    from sklearn.datasets import load_digits

    table = load_digits()
    return classification(
        "digits",
        table.data,
        table.target.astype(np.int64),
        tuple(table.feature_names),
        tuple(str(digit) for digit in table.target_names),
        QUARTER,
    )


def breast_cancer() -> Dataset:
    """Cell nuclei of breast masses, 30 measures each (Street, Wolberg & Mangasarian, 1993).

    Malignant, the rarer class, is the positive one; scikit-learn codes it 0.
    """
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer()
    malignant = (table.target == list(table.target_names).index("malignant")).astype(np.int64)
    return classification(
        "breast_cancer", table.data, malignant, tuple(map(str, table.feature_names)), ("benign", "malignant"), QUARTER
    )


def diabetes() -> Dataset:
    """Progress of diabetes after a year from ten measures at the start, unscaled (Efron et al., 2004)."""
    from sklearn.datasets import load_diabetes

    table = load_diabetes(scaled=False)
    return regression("diabetes", table.data, table.target, tuple(table.feature_names), QUARTER)
