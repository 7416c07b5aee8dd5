"""Calls a model as its inputs ask for: a tensor, several, or named ones."""

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn


def call_model(model: nn.Module, inputs: Any) -> Any:
    """A mapping gives keyword arguments, a tuple or a list positional ones where `forward` takes so many."""
    if isinstance(inputs, Mapping):
        return model(**inputs)
    if isinstance(inputs, (tuple, list)) and not hasattr(inputs, "_fields"):
        try:
            inspect.signature(model.forward).bind(*inputs)
        except (TypeError, ValueError):
            return model(inputs)
        return model(*inputs)
    return model(inputs)


def copied(value: Any) -> Any:
    """With tensors of its own, so that what works in place works on those."""
    if isinstance(value, Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, Mapping):
        return {name: copied(part) for name, part in value.items()}
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(copied(part) for part in value)
    return value


def is_plain(tensor: Tensor) -> bool:
    """Whether its values can be looked at: dense, real, and there."""
    return tensor.layout is torch.strided and not tensor.is_complex() and not tensor.is_meta and not tensor.is_nested
