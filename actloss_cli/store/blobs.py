"""Arrays to bytes and back: little-endian float32, deflated, since row scores are mostly zeros and ones.

A trial's metrics are float64 and few, and stay as they are.
"""

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_LITTLE = np.dtype("<f4")
_LITTLE_DOUBLE = np.dtype("<f8")


def pack(values: NDArray[np.floating]) -> bytes:
    """`[n]` to a blob."""
    return zlib.compress(np.ascontiguousarray(values, _LITTLE).tobytes(), 1)


def unpack(blob: bytes) -> NDArray[np.float32]:
    """A blob to `[n]`."""
    return np.frombuffer(zlib.decompress(blob), _LITTLE).astype(np.float32)


def unpack_all(blobs: Iterable[bytes]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Blobs to their values one after another `[sum of n]`, not to be written to, and each one's n.

    Raises ValueError where one ends within a value.
    """
    values = [zlib.decompress(blob) for blob in blobs]
    n_bytes = np.array([*map(len, values)], np.int64)
    if (n_bytes % _LITTLE.itemsize).any():
        raise ValueError("an array ends within a value")
    return np.frombuffer(b"".join(values), _LITTLE).astype(np.float32, copy=False), n_bytes // _LITTLE.itemsize


def pack_metrics(values: Iterable[float | None]) -> bytes:
    """`[M]` to a blob; None becomes NaN."""
    return np.array([*values], _LITTLE_DOUBLE).tobytes()


def unpack_metrics(blobs: Iterable[bytes], n: int) -> NDArray[np.float64]:
    """Blobs of n metrics each to `[T, M]`; raises ValueError where one has another number of them."""
    blobs = list(blobs)
    if any(len(blob) != n * _LITTLE_DOUBLE.itemsize for blob in blobs):
        raise ValueError("a trial has metrics too few or too many")
    return np.frombuffer(b"".join(blobs), _LITTLE_DOUBLE).reshape(-1, n)
