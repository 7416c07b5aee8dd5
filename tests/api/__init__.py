"""The package as Python programs use it."""
