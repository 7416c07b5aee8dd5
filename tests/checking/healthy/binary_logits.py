"""One logit, squeezed."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(8, 32), nn.Linear(32, 1)

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x))).squeeze(-1)


def build():
    return (
        Net(),
        nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0)),
        torch.randn(64, 8),
        torch.randint(0, 2, (64,)).float(),
    )
