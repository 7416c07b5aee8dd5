"""MNIST-1D, generated after Greydanus (2020): ten one-dimensional digits, stretched, moved, sheared, in noise.

Templates and amounts are those of the reference (greydanus/mnist1d, Apache-2.0); the random numbers are our own, so
the rows are others. Half of them are the test set.
"""

import numpy as np
from numpy.typing import NDArray

from actloss_cli.datasets.assembly import HALF, classification
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.rows import rounded, stream

_DIGITS = (
    (5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5),
    (5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5),
    (5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5),
    (5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5),
    (5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5),
    (5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5),
    (5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5),
    (5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5),
)
_ROWS_PER_DIGIT = 1000
_TEMPLATE = 12
_PADDING = (36, 60)
_LENGTH = _TEMPLATE + _PADDING[1]
_SAMPLES = 40
_SCALE = 0.4
_MAX_SHIFT = 48
_SHEAR = 0.75
_BACKGROUND, _BACKGROUND_WIDTH = 0.25, 2
_NOISE = 0.02


def mnist1d() -> Dataset:
    """1000 rows of each digit, 40 samples along a line; the signal fills about a fifth of it."""
    from scipy.interpolate import make_interp_spline
    from scipy.ndimage import gaussian_filter1d

    random = stream("mnist1d")
    y = np.repeat(np.arange(len(_DIGITS)), _ROWS_PER_DIGIT)
    signal, inside = _stretched(y, random)
    signal *= 1 + _SCALE * (random.uniform(size=(len(y), 1)) - 0.5)
    shift = random.randint(0, _MAX_SHIFT, size=(len(y), 1))
    source = (np.arange(_LENGTH) - shift) % _LENGTH  # (N, L)
    signal, inside = np.take_along_axis(signal, source, axis=1), np.take_along_axis(inside, source, axis=1)
    background = gaussian_filter1d(_BACKGROUND * random.standard_normal(signal.shape), _BACKGROUND_WIDTH, axis=1)
    signal = np.where(inside, signal, background) + _NOISE * random.standard_normal(signal.shape)
    signal -= _SHEAR * (random.uniform(size=(len(y), 1)) - 0.5) * np.linspace(-0.5, 0.5, _LENGTH)
    resample = make_interp_spline(np.arange(_LENGTH), signal, k=1, axis=1)
    X = resample(np.linspace(0, _LENGTH - 1, _SAMPLES))
    return classification(
        "mnist1d",
        # 400,000 values whose last bits may differ between machines: at 9 decimals one of them could show it.
        rounded(X, decimals=6),
        y,
        tuple(f"t{i}" for i in range(1, _SAMPLES + 1)),
        tuple("0123456789"),
        HALF,
        (1, _SAMPLES),
    )


def _templates() -> NDArray[np.float64]:
    """The ten digits `[10, 12]`, each from 0 to 0, with standard deviation 1/6."""
    raw = np.array(_DIGITS)
    digits: NDArray[np.float64] = (raw - raw[:, :1]) / raw.std(axis=1, keepdims=True) / 6
    return digits


def _stretched(y: NDArray[np.int64], random: np.random.RandomState) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Each row's template, padded at its end by a random length and resampled `[N, L]`; where the template is."""
    n_padded = _TEMPLATE + random.randint(_PADDING[0], _PADDING[1] + 1, size=(len(y), 1))
    position = np.linspace(0, 1, _LENGTH) * (n_padded - 1)
    digits = _templates()
    # Beyond its last point, 0, a template stays 0.
    signal = np.stack(
        [np.interp(at, np.arange(_TEMPLATE), digits[digit]) for at, digit in zip(position, y, strict=True)]
    )
    return signal, position < _TEMPLATE
