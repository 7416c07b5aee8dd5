"""A tanh output for targets in [-1, 1]."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2), nn.Tanh())
    return model, nn.MSELoss(), torch.randn(64, 6), 2 * torch.rand(64, 2) - 1
