"""The same in ((outputs - targets) ** 2).mean()."""

import torch
from torch import nn

RULE = "silent-broadcast"


def build():
    x = torch.randn(64, 8)
    return nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1)), lambda o, y: ((o - y) ** 2).mean(), x, x.sum(1)
