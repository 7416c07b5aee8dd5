"""Sigmoid and BCELoss."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())
    return model, nn.BCELoss(), torch.randn(64, 8), torch.randint(0, 2, (64, 1)).float()
