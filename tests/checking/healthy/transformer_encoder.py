"""Embedding, positional table, encoder layers, mean pooling."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.place = nn.Embedding(100, 32), nn.Parameter(torch.zeros(1, 16, 32))
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
        self.encoder, self.head = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), nn.Linear(32, 4)

    def forward(self, tokens):
        return self.head(self.encoder(self.embed(tokens) + self.place).mean(1))


def build():
    model = Net()
    return (
        model,
        nn.CrossEntropyLoss(),
        torch.randint(0, 100, (16, 16)),
        torch.randint(0, 4, (16,)),
        torch.optim.AdamW(model.parameters(), lr=3e-4),
    )
