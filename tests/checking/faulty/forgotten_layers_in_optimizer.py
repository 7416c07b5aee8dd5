"""Only the last layer's parameters are given to the optimizer."""

import torch
from torch import nn

RULE = "optimizer-leaves-out"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    return (
        model,
        nn.CrossEntropyLoss(),
        torch.randn(32, 8),
        torch.randint(0, 2, (32,)),
        torch.optim.SGD(model[2].parameters(), lr=0.1),
    )
