"""'Loss is 0 from the start': CrossEntropyLoss with one output unit."""

import torch
from torch import nn

RULE = "one-unit-softmax"


def build():
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
    return model, nn.CrossEntropyLoss(), torch.randn(64, 10), torch.randint(0, 2, (64, 1)).float()
