"""Labels 0 and 1 in CosineEmbeddingLoss."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "targets-not-signs"


class Twins(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 4)

    def forward(self, a, b):
        return self.body(a), self.body(b)


def build():
    pairs = (torch.randn(30, 6), torch.randn(30, 6))
    return Twins(), lambda o, y: F.cosine_embedding_loss(*o, y), pairs, torch.randint(0, 2, (30,)).float()
