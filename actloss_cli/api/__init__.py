"""What Python programs and notebooks use, offered by the package itself: `run` and `Results`. Quiet, and typed."""
