"""Ten sigmoid layers."""

import torch
from torch import nn

RULE = "vanishing-gradient"


def build():
    layers = [layer for _ in range(10) for layer in (nn.Linear(32, 32), nn.Sigmoid())]
    return (
        nn.Sequential(*layers, nn.Linear(32, 4)),
        nn.CrossEntropyLoss(),
        torch.randn(64, 32),
        torch.randint(0, 4, (64,)),
    )
