"""'mat1 and mat2 shapes cannot be multiplied'."""

import torch
from torch import nn

RULE = "forward-raises"


def build():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 28 * 28, 10))
    return model, nn.CrossEntropyLoss(), torch.randn(16, 1, 28, 28), torch.randint(0, 10, (16,))
