"""Labels -1 and +1 with BCEWithLogitsLoss."""

import torch
from torch import nn

RULE = "targets-outside-0-1"


def build():
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
    return model, nn.BCEWithLogitsLoss(), torch.randn(64, 10), torch.randint(0, 2, (64, 1)).float() * 2 - 1
