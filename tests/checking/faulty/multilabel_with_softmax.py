"""Multi-hot rows, softmax, BCELoss."""

import torch
from torch import nn

RULE = "classes-compete"


def build():
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 6), nn.Softmax(dim=1))
    return model, nn.BCELoss(), torch.randn(48, 12), (torch.rand(48, 6) < 0.5).float()
