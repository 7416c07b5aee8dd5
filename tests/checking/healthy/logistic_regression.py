"""One linear layer."""

import torch
from torch import nn


def build():
    return nn.Linear(10, 3), nn.CrossEntropyLoss(), torch.randn(64, 10), torch.randint(0, 3, (64,))
