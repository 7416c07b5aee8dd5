"""log_softmax over the time steps of [B, T, C], flattened for NLLLoss."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "softmax-axis"


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.out = nn.GRU(4, 16, batch_first=True), nn.Linear(16, 5)

    def forward(self, x):
        return F.log_softmax(self.out(self.gru(x)[0]), dim=1)


def build():
    return (
        Tagger(),
        lambda o, y: F.nll_loss(o.reshape(-1, 5), y.reshape(-1)),
        torch.randn(16, 9, 4),
        torch.randint(0, 5, (16, 9)),
    )
