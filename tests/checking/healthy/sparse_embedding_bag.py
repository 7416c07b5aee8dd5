"""Text by bags of words, with sparse gradients."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag, self.out = nn.EmbeddingBag(200, 32, sparse=True), nn.Linear(32, 4)

    def forward(self, words, offsets):
        return self.out(self.bag(words, offsets))


def build():
    inputs = torch.randint(0, 200, (80,)), torch.arange(0, 80, 5)
    return Net(), nn.CrossEntropyLoss(), inputs, torch.randint(0, 4, (16,))
