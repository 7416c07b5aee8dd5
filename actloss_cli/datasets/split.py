"""One seed's training, validation and test rows of a dataset, with features standardised on the training rows."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from actloss_cli.datasets.assembly import QUARTER
from actloss_cli.datasets.dataset import Dataset, Features, Split
from actloss_cli.datasets.rows import hold_out, stream


def split(dataset: Dataset, phase: Literal["tune", "final"], seed: int) -> Split:
    """A quarter of the rows outside the test set validates, stratified for classes; the rest trains.

    The draw depends on the dataset's fingerprint, the phase and the seed. Features have mean 0 and standard deviation 1
    (divisor: the number of rows) over the training rows; a feature that is constant there is only centred. A missing
    cell becomes 0, the mean of the training rows that have it. Corrupted targets, where the dataset has them, are seen
    by the training rows alone.
    """
    from sklearn.preprocessing import StandardScaler

    rest = np.setdiff1d(np.arange(len(dataset.y)), dataset.test)
    classes = None if dataset.kind == "regression" else dataset.y[rest].astype(np.int64)
    train, validation = hold_out(rest, QUARTER, stream(dataset.fingerprint, phase, seed, "split"), classes)
    scaler = StandardScaler().fit(dataset.X[train])

    def standardised(rows: NDArray[np.int64]) -> Features:
        X: Features = scaler.transform(dataset.X[rows])
        X[np.isnan(X)] = 0
        return X

    return Split(
        X_train=standardised(train),
        y_train=(dataset.y if dataset.y_train is None else dataset.y_train)[train],
        X_validation=standardised(validation),
        y_validation=dataset.y[validation],
        X_test=standardised(dataset.test),
        y_test=dataset.y[dataset.test],
    )
