"""'BCE gave NaN, so I clamp': raw outputs cut to [0, 1]."""

import torch
from torch import nn

RULE = "clamped-into-probabilities"


def cross_entropy(outputs, targets):
    p = outputs.clamp(1e-7, 1 - 1e-7)
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()


def build():
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
    return model, cross_entropy, torch.randn(64, 8), torch.randint(0, 2, (64, 1)).float()
