"""Leaves a model, its loss, the inputs and every generator of random numbers as they were before a look at them."""

import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

_CONTAINERS = (dict, list, set)


@contextmanager
def untouched(*modules: nn.Module) -> Iterator[None]:
    """Within, gradients are recorded whatever the caller's mode, and warnings are silent.

    Afterwards parameters, buffers, gradients, training modes, attributes and hooks of these modules and their
    submodules, and the state of Python's, NumPy's and torch's generators, are those of before, bit for bit.
    """
    kept = [_Kept(module) for root in modules for module in root.modules()]
    generators = _generator_states()
    try:
        with warnings.catch_warnings(), torch.inference_mode(mode=False), torch.enable_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        for one in kept:
            one.restore()
        _restore_generators(generators)


class _Kept:
    """One module's own attributes, and the values of its own tensors."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        # what TorchScript compiled keeps no attributes of Python's
        self.attributes = {} if isinstance(module, torch.jit.ScriptModule) else dict(vars(module))
        self.contents = {
            name: value.copy() for name, value in self.attributes.items() if isinstance(value, _CONTAINERS)
        }
        own = [*module.parameters(recurse=False), *module.buffers(recurse=False), *self.attributes.values()]
        tensors = [value for value in own if isinstance(value, Tensor) and not nn.parameter.is_lazy(value)]
        self.values = [(tensor, tensor.detach().clone()) for tensor in tensors]
        self.grads = [(tensor, tensor.grad) for tensor in tensors if tensor.is_leaf]
        self.flags = [(tensor, tensor.requires_grad) for tensor in tensors if tensor.is_leaf]

    def restore(self) -> None:
        if self.attributes:
            state = vars(self.module)
            for name in [name for name in state if name not in self.attributes]:
                del state[name]
            state.update(self.attributes)
        for name, content in self.contents.items():
            _refill(self.attributes[name], content)
        with torch.no_grad():
            for tensor, value in self.values:
                tensor.data.copy_(value)  # .data: the version that autograd counts stays
        for tensor, grad in self.grads:
            tensor.grad = grad
        for tensor, flag in self.flags:
            tensor.requires_grad_(flag)


def _refill(container: Any, content: Any) -> None:
    """The same object, so that whoever else holds it sees it too."""
    container.clear()
    (container.extend if isinstance(container, list) else container.update)(content)


def _generator_states() -> dict[str, Any]:
    numpy = sys.modules.get("numpy")
    on_cuda: bool = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]  # in torch
    return {
        "python": random.getstate(),
        "numpy": numpy.random.get_state() if numpy is not None else None,
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if on_cuda else None,
    }


def _restore_generators(states: dict[str, Any]) -> None:
    random.setstate(states["python"])
    if states["numpy"] is not None:
        sys.modules["numpy"].random.set_state(states["numpy"])
    torch.set_rng_state(states["torch"])
    if states["cuda"] is not None:
        torch.cuda.set_rng_state_all(states["cuda"])
