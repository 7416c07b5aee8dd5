"""Missing values as NaN."""

import torch
from torch import nn

RULE = "inputs-not-finite"


def build():
    x = torch.randn(64, 8)
    x[3, 2] = float("nan")
    return (
        nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2)),
        nn.CrossEntropyLoss(),
        x,
        torch.randint(0, 2, (64,)),
    )
