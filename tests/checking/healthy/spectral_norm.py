"""A parametrised weight."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(8, 32)), nn.ReLU(), nn.Linear(32, 3))
    return model, nn.CrossEntropyLoss(), torch.randn(64, 8), torch.randint(0, 3, (64,))
