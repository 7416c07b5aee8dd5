"""'Loss stuck at 0.69': torch.sigmoid in forward and BCEWithLogitsLoss."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "sigmoid-applied-twice"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(10, 32), nn.Linear(32, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc2(F.relu(self.fc1(x))))


def build():
    return Net(), nn.BCEWithLogitsLoss(), torch.randn(64, 10), torch.randint(0, 2, (64, 1)).float()
