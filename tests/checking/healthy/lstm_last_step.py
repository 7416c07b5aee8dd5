"""An LSTM with a linear layer on its last state."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.out = nn.LSTM(5, 32, num_layers=2, batch_first=True, dropout=0.1), nn.Linear(32, 1)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.out(h[-1])


def build():
    return Net(), nn.MSELoss(), torch.randn(32, 12, 5), torch.randn(32, 1)
