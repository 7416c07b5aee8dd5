"""'My Dice loss is negative': no sigmoid before it."""

import torch
from torch import nn

RULE = "raw-outputs-as-probabilities"


def dice(outputs, targets):
    return 1 - (2 * (outputs * targets).sum() + 1) / (outputs.sum() + targets.sum() + 1)


def build():
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 1))
    return model, dice, torch.randn(4, 1, 16, 16), torch.randint(0, 2, (4, 1, 16, 16)).float()
