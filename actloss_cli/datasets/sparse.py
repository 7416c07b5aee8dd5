"""A generated bag of words: hundreds of features, nearly all zero, and only rare ones say anything of the class."""

import numpy as np
from numpy.typing import NDArray

from actloss_cli.datasets.assembly import HALF, classification
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.rows import stream

_N_WORDS = 400
_WORDS_PER_TEXT = 30
_TEXTS_PER_CLASS = 2000
_FIRST_TELLING = 50
_EVERY = 3
_TILT = 0.8
"""A telling word is this share more frequent in one class, and less in the other: nine times as frequent."""


def _word_rates() -> NDArray[np.float64]:
    """How often each word is expected in a text of each class, `[2, D]`.

    The word of rank r has frequency 1 / r (Zipf, 1949). From rank 50 on, every third word is telling: in turn more
    frequent in one class and in the other.
    """
    rank = np.arange(1, _N_WORDS + 1)
    rate = _WORDS_PER_TEXT / rank / (1 / rank).sum()
    tilt = np.zeros(_N_WORDS)
    tilt[_FIRST_TELLING - 1 :: 2 * _EVERY] = _TILT
    tilt[_FIRST_TELLING - 1 + _EVERY :: 2 * _EVERY] = -_TILT
    return np.stack([rate * (1 + tilt), rate * (1 - tilt)])


def sparse() -> Dataset:
    """2000 texts of each class, as counts of 400 words: Poisson, each word by itself."""
    y = np.repeat([0, 1], _TEXTS_PER_CLASS)
    X = stream("sparse").poisson(_word_rates()[y]).astype(np.float64)
    words = tuple(f"word{rank}" for rank in range(1, _N_WORDS + 1))
    return classification("sparse", X, y, words, ("A", "B"), HALF)
