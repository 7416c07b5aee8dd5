"""The product's two scores in plain numpy, for contenders that live outside torch."""

import numpy as np
from numpy.typing import NDArray


def balanced_accuracy(predicted: NDArray[np.int64], y: NDArray[np.int64]) -> float:
    """Mean over the classes in y of the share that was predicted right."""
    total = np.bincount(y)
    right = np.bincount(y[predicted == y], minlength=len(total))
    return float((right[total > 0] / total[total > 0]).mean())


def r2(predicted: NDArray[np.floating], y: NDArray[np.floating]) -> float:
    """1 - SSE / SST; NaN where a prediction is not finite."""
    error, deviation = (predicted - y).astype(np.float64), (y - y.mean()).astype(np.float64)
    return 1 - float(error @ error) / float(deviation @ deviation)
