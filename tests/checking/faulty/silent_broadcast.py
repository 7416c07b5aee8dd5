"""'My regression predicts the mean': outputs [B, 1], targets [B]."""

import torch
from torch import nn

RULE = "silent-broadcast"


def build():
    x = torch.randn(64, 8)
    return nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1)), nn.MSELoss(), x, x.sum(1)
