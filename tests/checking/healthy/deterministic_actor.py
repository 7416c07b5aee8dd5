"""An actor whose actions are weighed by a critic's slope, of either sign."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2), nn.Tanh())
    return model, lambda actions, slopes: -(actions * slopes).sum(1).mean(), torch.randn(32, 4), torch.randn(32, 2)
