"""MobileNet's linear bottlenecks: convolutions without an activation between them."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(n, 4 * n, 1, bias=False),
            nn.BatchNorm2d(4 * n),
            nn.ReLU6(inplace=True),
            nn.Conv2d(4 * n, 4 * n, 3, padding=1, groups=4 * n, bias=False),
            nn.BatchNorm2d(4 * n),
            nn.ReLU6(inplace=True),
            nn.Conv2d(4 * n, n, 1, bias=False),
            nn.BatchNorm2d(n),
        )

    def forward(self, x):
        return x + self.layers(x)


def build():
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1),
        Block(8),
        Block(8),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(8, 5),
    )
    return model, nn.CrossEntropyLoss(), torch.randn(16, 3, 24, 24), torch.randint(0, 5, (16,))
