"""House prices as they are."""

import torch
from torch import nn

RULE = "unscaled-targets"


def build():
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
    return model, nn.MSELoss(), torch.randn(64, 8), 200_000 + 80_000 * torch.randn(64, 1)
