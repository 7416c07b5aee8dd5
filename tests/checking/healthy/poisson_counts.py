"""A log-rate for counts."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.Linear(6, 32), nn.ELU(), nn.Linear(32, 1))
    return model, nn.PoissonNLLLoss(), torch.randn(64, 6), torch.poisson(2 * torch.rand(64, 1))
