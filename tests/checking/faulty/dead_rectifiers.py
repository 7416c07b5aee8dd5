"""A bias of -10 kills every ReLU."""

import torch
from torch import nn

RULE = "dead-units"


def build():
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))
    nn.init.constant_(model[0].bias, -10.0)
    return model, nn.CrossEntropyLoss(), torch.randn(30, 6), torch.randint(0, 3, (30,))
