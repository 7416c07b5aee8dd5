"""Several labels, a logit each."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.Linear(12, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 6))
    return model, nn.BCEWithLogitsLoss(), torch.randn(48, 12), (torch.rand(48, 6) < 0.3).float()
