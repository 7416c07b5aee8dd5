"""Normalised features and a learnt scale: bounded logits on purpose."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.weight, self.scale = (
            nn.Linear(16, 32),
            nn.Parameter(torch.randn(5, 32)),
            nn.Parameter(torch.tensor(16.0)),
        )

    def forward(self, x):
        h = F.relu(self.body(x))
        return self.scale * F.linear(F.normalize(h), F.normalize(self.weight))


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(64, 16), torch.randint(0, 5, (64,))
