"""Sigmoid on the output of a regression whose targets go to 50."""

import torch
from torch import nn

RULE = "targets-out-of-reach"


def build():
    model = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())
    return model, nn.L1Loss(), torch.randn(64, 13), 5 + 45 * torch.rand(64, 1)
