"""Imported once, by the process that workers are copies of: what each would have to import before it trains."""

import gc

import sklearn.datasets
import sklearn.model_selection
import sklearn.preprocessing  # noqa: F401
import torch

import actloss_cli.execute.worker  # noqa: F401
from actloss_cli.native import decisions, functions, gather, products, tallies, updates

products.products(torch.float32)
functions.code()
updates.code(torch.float32)
tallies.code(torch.float32)
gather.code(torch.float32)
decisions.code()
gc.freeze()  # A collection would write to the memory that workers share, and take long at their end.
