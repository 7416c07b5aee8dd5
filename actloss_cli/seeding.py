"""Seeds by name: every random stream is named, so that no stream depends on another or on the size of a grid."""

import hashlib

SEEDS_IN_SET = 10_000
"""More than a phase may have, so that sets of seeds share none."""


def derive_seed(*parts: str | int) -> int:
    """A seed in [0, 2^63) from the stream's name, such as `derive_seed(fingerprint, "tune", 0, "order", epoch)`."""
    digest = hashlib.sha256("\0".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
