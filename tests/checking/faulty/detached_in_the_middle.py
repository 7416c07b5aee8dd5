"""x.detach() between two layers."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "detached-layers"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(6, 16), nn.Linear(16, 3)

    def forward(self, x):
        x = F.relu(self.fc1(x)).detach()
        return self.fc2(x)


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(30, 6), torch.randint(0, 3, (30,))
