"""ReLU on the last layer, then sigmoid: no probability below one half."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "target-code-out-of-reach"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(10, 32), nn.Linear(32, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return torch.sigmoid(x)


def build():
    return Net(), nn.BCELoss(), torch.randn(64, 10), torch.randint(0, 2, (64, 1)).float()
