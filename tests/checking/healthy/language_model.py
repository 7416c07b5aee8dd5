"""A causal transformer that predicts the next token, flattened, tied weights."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(64, 32)
        nn.init.normal_(self.embed.weight, std=0.02)
        self.attend, self.norm = nn.MultiheadAttention(32, 4, batch_first=True), nn.LayerNorm(32)
        self.mlp = nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 128), nn.GELU(), nn.Linear(128, 32))
        self.head = nn.Linear(32, 64, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, tokens):
        x = self.embed(tokens)
        mask = nn.Transformer.generate_square_subsequent_mask(tokens.shape[1])
        y = self.norm(x)
        x = x + self.attend(y, y, y, attn_mask=mask, need_weights=False)[0]
        return self.head(x + self.mlp(x))


def build():
    tokens = torch.randint(0, 64, (8, 17))
    return Net(), lambda o, y: F.cross_entropy(o.reshape(-1, 64), y.reshape(-1)), tokens[:, :-1], tokens[:, 1:]
