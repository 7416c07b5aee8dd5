"""Principal components: linear on purpose, through a bottleneck."""

import torch
from torch import nn


def build():
    x = torch.randn(64, 20)
    return nn.Sequential(nn.Linear(20, 3), nn.Linear(3, 20)), nn.MSELoss(), x, x
