"""'Expected more than 1 value per channel when training'."""

import torch
from torch import nn

RULE = "batch-of-one"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))
    return model, nn.CrossEntropyLoss(), torch.randn(1, 8), torch.tensor([1])
