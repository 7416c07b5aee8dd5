"""CTC loss on logits."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "no-log-probabilities"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 5))
    return (
        model,
        lambda o, y: F.ctc_loss(o.transpose(0, 1), y, torch.full((4,), 20), torch.full((4,), 6)),
        torch.randn(4, 20, 8),
        torch.randint(1, 5, (4, 6)),
    )
