"""KLDivLoss() with its default reduction."""

import torch
from torch import nn

RULE = "kl-div-mean"


def build():
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 5), nn.LogSoftmax(dim=1))
    return model, nn.KLDivLoss(), torch.randn(48, 12), torch.softmax(torch.randn(48, 5), 1)
