"""ReLU output for targets that are not negative."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1), nn.ReLU())
    nn.init.constant_(model[2].bias, 1.0)
    return model, nn.L1Loss(), torch.randn(64, 6), 3 * torch.rand(64, 1)
