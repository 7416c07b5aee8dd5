"""Finds the programs of `faulty` and `healthy`: a module each, with a `build()` that gives what `check` takes."""

import importlib
import pkgutil

import torch


def names(kind):
    """Of all programs of that kind."""
    package = importlib.import_module(f"tests.checking.{kind}")
    return [module.name for module in pkgutil.iter_modules(package.__path__)]


def program(kind, name):
    """The module, with torch's generator as every program gets it."""
    torch.manual_seed(0)
    return importlib.import_module(f"tests.checking.{kind}.{name}")
