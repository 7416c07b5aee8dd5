"""'Target 3 is out of bounds': classes counted from 1."""

import torch
from torch import nn

RULE = "class-out-of-range"


def build():
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    return model, nn.CrossEntropyLoss(), torch.randn(60, 4), torch.randint(1, 4, (60,))
