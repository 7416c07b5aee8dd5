"""Integer labels with BCEWithLogitsLoss."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "target-dtype"


def build():
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
    return (
        model,
        lambda o, y: F.binary_cross_entropy_with_logits(o.squeeze(1), y),
        torch.randn(60, 4),
        torch.randint(0, 2, (60,)),
    )
