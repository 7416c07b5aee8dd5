"""Labels 0 and 1 with SoftMarginLoss."""

import torch
from torch import nn

RULE = "targets-not-signs"


def build():
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
    return model, nn.SoftMarginLoss(), torch.randn(64, 10), torch.randint(0, 2, (64, 1)).float()
