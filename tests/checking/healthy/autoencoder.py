"""Images in [0, 1], sigmoid output, MSELoss."""

import torch
from torch import nn


def build():
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8))
    )
    x = torch.rand(32, 1, 8, 8)
    return model, nn.MSELoss(), x, x
