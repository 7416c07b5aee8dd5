"""Four outputs at once."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.Linear(10, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 4))
    return model, nn.MSELoss(), torch.randn(64, 10), torch.randn(64, 4)
