"""nn.LSTM without batch_first on inputs [B, T, F]."""

import torch
from torch import nn

RULE = "mixed-rows"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.out = nn.LSTM(5, 16), nn.Linear(16, 2)

    def forward(self, x):
        h, _ = self.lstm(x)
        return self.out(h[:, -1])


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(32, 12, 5), torch.randint(0, 2, (32,))
