"""Pixels from 0 to 255 into a tanh network."""

import torch
from torch import nn

RULE = "unscaled-inputs"


def build():
    model = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 64), nn.Tanh(), nn.Linear(64, 10))
    return model, nn.CrossEntropyLoss(), torch.randint(0, 256, (32, 1, 28, 28)).float(), torch.randint(0, 10, (32,))
