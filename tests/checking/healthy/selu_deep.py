"""Twelve SELU layers under LeCun's init."""

import torch
from torch import nn


def build():
    layers = []
    for _ in range(12):
        layer = nn.Linear(64, 64)
        nn.init.normal_(layer.weight, std=64**-0.5)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.SELU()]
    return (
        nn.Sequential(*layers, nn.Linear(64, 5)),
        nn.CrossEntropyLoss(),
        torch.randn(64, 64),
        torch.randint(0, 5, (64,)),
    )
