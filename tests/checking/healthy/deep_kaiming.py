"""Fifty plain ReLU layers under He's init."""

import torch
from torch import nn


def build():
    layers = []
    for _ in range(50):
        layer = nn.Linear(64, 64)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return (
        nn.Sequential(*layers, nn.Linear(64, 5)),
        nn.CrossEntropyLoss(),
        torch.randn(64, 64),
        torch.randint(0, 5, (64,)),
    )
