"""[B, C, 1, 1] flattened to [B, C]: a reshape that scatters nothing."""

import torch
from torch import nn


def build():
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Conv2d(16, 10, 1), nn.Flatten()
    )
    return model, nn.CrossEntropyLoss(), torch.randn(8, 3, 16, 16), torch.randint(0, 10, (8,))
