"""F.log_softmax in forward, F.nll_loss."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(8, 32), nn.Linear(32, 3)

    def forward(self, x):
        return F.log_softmax(self.fc2(F.relu(self.fc1(x))), dim=1)


def build():
    return Net(), F.nll_loss, torch.randn(64, 8), torch.randint(0, 3, (64,))
