"""An SVM loss of one's own with labels 0 and 1."""

import torch
from torch import nn

RULE = "targets-not-signs"


def hinge(outputs, targets):
    return torch.mean(torch.clamp(1 - targets * outputs.squeeze(), min=0))


def build():
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
    return model, hinge, torch.randn(64, 10), torch.randint(0, 2, (64,)).float()
