"""Three Linear layers in a row."""

import torch
from torch import nn

RULE = "no-non-linearity"


def build():
    model = nn.Sequential(nn.Linear(8, 32), nn.Linear(32, 32), nn.Linear(32, 3))
    return model, nn.CrossEntropyLoss(), torch.randn(64, 8), torch.randint(0, 3, (64,))
