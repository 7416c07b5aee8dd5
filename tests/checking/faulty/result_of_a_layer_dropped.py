"""`F.relu(self.fc2(h))` on a line of its own: the result goes nowhere."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "result-unused"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.out = nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(16, 3)

    def forward(self, x):
        h = F.relu(self.fc1(x))
        F.relu(self.fc2(h))
        return self.out(h)


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(32, 8), torch.randint(0, 3, (32,))
