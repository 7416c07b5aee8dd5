"""Several labels, nn.Sigmoid at the end, MultiLabelSoftMarginLoss."""

import torch
from torch import nn

RULE = "sigmoid-applied-twice"


def build():
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 6), nn.Sigmoid())
    return model, nn.MultiLabelSoftMarginLoss(), torch.randn(48, 12), torch.randint(0, 2, (48, 6)).float()
