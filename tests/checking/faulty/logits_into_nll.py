"""'Loss goes to minus infinity': logits into F.nll_loss."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "loss-unbounded-below"


def build():
    model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 4))
    return model, F.nll_loss, torch.randn(64, 20), torch.randint(0, 4, (64,))
