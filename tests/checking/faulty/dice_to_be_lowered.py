"""The Dice coefficient itself as the loss, not 1 minus it."""

import torch
from torch import nn

RULE = "loss-negated"


def dice(outputs, targets):
    p = torch.sigmoid(outputs)
    return (2 * (p * targets).sum() + 1) / (p.sum() + targets.sum() + 1)


def build():
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 1))
    return model, dice, torch.randn(4, 1, 16, 16), torch.randint(0, 2, (4, 1, 16, 16)).float()
