"""'expected scalar type Long': class indices as floats."""

import torch
from torch import nn

RULE = "target-dtype"


def build():
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    return model, nn.CrossEntropyLoss(), torch.randn(60, 4), torch.randint(0, 3, (60,)).float()
