"""How large a config may be that nobody has said is meant to be so large. Imports nothing."""

MAX_TRIALS = 5_000_000
"""Some hours of training, and some gigabytes of results."""
