"""A dict in, a dict out."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.head = nn.Embedding(50, 16), nn.Linear(16, 2)

    def forward(self, input_ids, attention_mask=None):
        x = self.embed(input_ids) * attention_mask[..., None]
        return {"logits": self.head(torch.tanh(x.mean(1)))}


def build():
    inputs = {"input_ids": torch.randint(0, 50, (16, 9)), "attention_mask": torch.ones(16, 9)}
    return Net(), lambda o, y: F.cross_entropy(o["logits"], y), inputs, torch.randint(0, 2, (16,))
