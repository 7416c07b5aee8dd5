"""Logits [B, T, C] and targets [B, T] in CrossEntropyLoss."""

import torch
from torch import nn

RULE = "target-shape"


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.lstm, self.out = nn.Embedding(50, 16), nn.LSTM(16, 16, batch_first=True), nn.Linear(16, 7)

    def forward(self, tokens):
        return self.out(self.lstm(self.embed(tokens))[0])


def build():
    return Tagger(), nn.CrossEntropyLoss(), torch.randint(0, 50, (8, 12)), torch.randint(0, 7, (8, 12))
