"""An activation forgotten between the second and the third layer."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "no-non-linearity-between"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(8, 32), nn.Linear(32, 32), nn.Linear(32, 3)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        return self.fc3(x)


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(64, 8), torch.randint(0, 3, (64,))
