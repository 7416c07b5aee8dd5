"""kl_div on log-probabilities at a temperature, batchmean."""

import torch
from torch import nn
from torch.nn import functional as F


def loss(o, teacher):
    return F.kl_div(F.log_softmax(o / 4, dim=1), F.softmax(teacher / 4, dim=1), reduction="batchmean") * 16


def build():
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 5))
    return model, loss, torch.randn(64, 10), torch.randn(64, 5)
