"""Muon where it applies, the hidden layers' matrices, with AdamW for the rest, as its author has it."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, optim

from actloss_cli.catalogue.interval import NOT_NEGATIVE, UNIT_HALF_OPEN, Interval
from actloss_cli.catalogue.spec import OptimizerSpec


class MuonWithAdamW(optim.Optimizer):
    """`torch.optim.Muon` for matrices other than the last layer's; AdamW for that one, biases and learnt slopes.

    Muon's steps are scaled to the size of AdamW's, so that both share a learning rate (Liu et al., 2025).
    """

    def __init__(
        self,
        named_parameters: Iterable[tuple[str, Tensor]],
        lr: float,
        *,
        momentum: float,
        nesterov: bool,
        weight_decay: float,
        ns_steps: int,
        betas: tuple[float, float],
    ) -> None:
        parameters = [parameter for _, parameter in named_parameters]
        matrices = [parameter for parameter in parameters if parameter.ndim == 2][:-1]
        rest = [parameter for parameter in parameters if not any(parameter is matrix for matrix in matrices)]
        super().__init__(parameters, {})
        self._parts: list[optim.Optimizer] = [optim.AdamW(rest, lr, betas, weight_decay=weight_decay, foreach=False)]
        if matrices:
            muon = optim.Muon(
                matrices,
                lr,
                weight_decay,
                momentum,
                nesterov,
                ns_steps=ns_steps,
                adjust_lr_fn="match_rms_adamw",
            )
            self._parts.append(muon)
        self.param_groups = [group for part in self._parts for group in part.param_groups]

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """One step of each part, on the gradients of one call of the closure."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for part in self._parts:
            part.step()
        return loss


MUON = OptimizerSpec(
    name="muon",
    formula="m = moving mean of G; W -= lr O, O = m with its singular values near 1 (AdamW where it doesn't apply)",
    source="Jordan et al. (2024); Liu et al. (2025), Muon is scalable for LLM training",
    torch_class=MuonWithAdamW,
    wraps="torch.optim.Muon with torch.optim.AdamW",
    update=None,
    elementwise=False,
    lr_range=(1e-4, 1e0),
    hyper={"momentum": 0.95, "nesterov": True, "weight_decay": 0.1, "ns_steps": 5, "betas": (0.9, 0.999)},
    limits={
        "momentum": UNIT_HALF_OPEN,
        "weight_decay": NOT_NEGATIVE,
        "ns_steps": Interval(1, 99),
        "betas": UNIT_HALF_OPEN,
    },
)
