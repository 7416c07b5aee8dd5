"""Arrays to bytes and back: little-endian float32, deflated, since row scores are mostly zeros and ones."""

import zlib

import numpy as np
from numpy.typing import NDArray

_LITTLE = np.dtype("<f4")


def pack(values: NDArray[np.floating]) -> bytes:
    """`[n]` to a blob."""
    return zlib.compress(np.ascontiguousarray(values, _LITTLE).tobytes(), 1)


def unpack(blob: bytes) -> NDArray[np.float32]:
    """A blob to `[n]`."""
    return np.frombuffer(zlib.decompress(blob), _LITTLE).astype(np.float32)
