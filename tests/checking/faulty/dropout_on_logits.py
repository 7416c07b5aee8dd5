"""Dropout after the last layer."""

import torch
from torch import nn

RULE = "dropout-on-output"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2), nn.Dropout(0.5))
    return model, nn.CrossEntropyLoss(), torch.randn(32, 8), torch.randint(0, 2, (32,))
