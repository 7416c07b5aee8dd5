"""Two 3x3 convolutions with nothing in between, in a network that has its ReLUs elsewhere."""

import torch
from torch import nn

RULE = "no-non-linearity-between"


def build():
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 4)
    )
    return model, nn.CrossEntropyLoss(), torch.randn(8, 3, 16, 16), torch.randint(0, 4, (8,))
