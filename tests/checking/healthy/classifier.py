"""The usual multilayer perceptron."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    return (
        model,
        nn.CrossEntropyLoss(),
        torch.randn(64, 20),
        torch.randint(0, 10, (64,)),
        torch.optim.Adam(model.parameters(), lr=1e-3),
    )
