"""Reads a model, its loss and one minibatch for faults, without training; `check` is what it is for."""

from actloss_cli.checking.answer import Check, Seen, check
from actloss_cli.checking.findings import Finding, Level

__all__ = ["Check", "Finding", "Level", "Seen", "check"]
