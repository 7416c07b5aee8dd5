"""Multi-hot rows with CrossEntropyLoss."""

import torch
from torch import nn

RULE = "several-labels"


def build():
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 6))
    return model, nn.CrossEntropyLoss(), torch.randn(48, 12), (torch.rand(48, 6) < 0.5).float()
