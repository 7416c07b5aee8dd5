"""loss(targets, outputs)."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "arguments-swapped"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
    return model, lambda o, y: F.binary_cross_entropy(y, o), torch.randn(32, 8), torch.randint(0, 2, (32, 1)).float()
