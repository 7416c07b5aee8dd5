"""A hinge loss of one's own with -1 and +1."""

import torch
from torch import nn
from torch.nn import functional as F


def build():
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
    return (
        model,
        lambda o, y: F.relu(1 - y * o.squeeze(1)).mean(),
        torch.randn(64, 10),
        torch.randint(0, 2, (64,)).float() * 2 - 1,
    )
