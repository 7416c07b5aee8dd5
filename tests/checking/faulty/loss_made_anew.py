"""torch.tensor(loss, requires_grad=True) silences the error, not the fault."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "graph-cut"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
    return (
        model,
        lambda o, y: torch.tensor(F.mse_loss(o, y).item(), requires_grad=True),
        torch.randn(40, 8),
        torch.randn(40, 1),
    )
