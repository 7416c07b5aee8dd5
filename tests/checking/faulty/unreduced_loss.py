"""reduction='none' and no mean."""

import torch
from torch import nn

RULE = "loss-not-reduced"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
    return model, nn.MSELoss(reduction="none"), torch.randn(32, 8), torch.randn(32, 1)
