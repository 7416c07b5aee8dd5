"""Query, key and value by linear layers right after an input projection."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inside, self.q, self.k, self.v, self.out = (
            nn.Linear(8, 32),
            nn.Linear(32, 32),
            nn.Linear(32, 32),
            nn.Linear(32, 32),
            nn.Linear(32, 3),
        )

    def forward(self, x):
        x = self.inside(x)
        weights = torch.softmax(self.q(x) @ self.k(x).transpose(1, 2) / 32**0.5, dim=-1)
        return self.out(F.relu((weights @ self.v(x)).mean(1)))


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(16, 10, 8), torch.randint(0, 3, (16,))
