"""Characters counted from 0 into CTC, whose blank is 0."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "blank-as-label"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.out = nn.LSTM(13, 32, batch_first=True), nn.Linear(32, 21)

    def forward(self, x):
        return F.log_softmax(self.out(self.lstm(x)[0]), dim=2).transpose(0, 1)


def loss(outputs, targets):
    return F.ctc_loss(outputs, targets, torch.full((8,), 40), torch.full((8,), 10))


def build():
    return Net(), loss, torch.randn(8, 40, 13), torch.randint(0, 20, (8, 10))
