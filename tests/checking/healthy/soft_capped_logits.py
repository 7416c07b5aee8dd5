"""30 tanh(x / 30): bounded so far out that it costs nothing."""

import torch
from torch import nn
from torch.nn import functional as F


def build():
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 3))
    return (
        model,
        lambda o, y: F.cross_entropy(30 * torch.tanh(o / 30), y),
        torch.randn(64, 8),
        torch.randint(0, 3, (64,)),
    )
