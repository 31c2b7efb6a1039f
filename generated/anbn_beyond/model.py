"""The networks of anbn_beyond.spec, written by specc 0.1.0.

The words aⁿbⁿ up to n = 10, and then those of n = 11 … 20: a peephole LSTM goes on
counting (Gers & Schmidhuber 2001). How far depends on the seed.

Shapes: B batch, T time.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PeepholeLstm(nn.Module):
    """LSTM whose gates see the cell, each unit its own (Gers & Schmidhuber 2000).

    Cell: x [B, in_features], h [B, units], c [B, units] -> next h [B, units],
    next c [B, units].

    layer    output                          parameters
    p_f      units                                units
    p_i      units                                units
    p_o      units                                units
    linear1  units   in_features·units + units² + units
    linear2  units   in_features·units + units² + units
    linear3  units   in_features·units + units² + units
    linear4  units   in_features·units + units² + units
    """

    def __init__(self, in_features: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.p_f = nn.Parameter(torch.zeros(units))
        self.p_i = nn.Parameter(torch.zeros(units))
        self.p_o = nn.Parameter(torch.zeros(units))
        self.linear1 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear2 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear3 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear4 = nn.Linear(in_features + units, units)  # [B, units]

    def step(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One step, as the equations say."""
        hx = torch.cat([h, x], 1)  # [B, in_features+units]
        f = torch.sigmoid(self.linear1(hx) + self.p_f * c)  # [B, units]
        i = torch.sigmoid(self.linear2(hx) + self.p_i * c)  # [B, units]
        g = torch.tanh(self.linear3(hx))  # [B, units]
        next_c: Tensor = f * c + i * g  # [B, units]
        o = torch.sigmoid(self.linear4(hx) + self.p_o * next_c)  # [B, units]
        next_h: Tensor = o * torch.tanh(next_c)  # [B, units]
        return next_h, next_c

    def forward(self, x: Tensor) -> Tensor:
        """All outputs; every step as `step` says."""
        h = x.new_zeros(x.shape[0], self.units)
        c = x.new_zeros(x.shape[0], self.units)
        products_layers = [self.linear1, self.linear2, self.linear3, self.linear4]
        products_weight = torch.cat([layer.weight for layer in products_layers])
        products_bias = torch.cat([layer.bias for layer in products_layers])
        products = F.linear(x, products_weight[:, self.units :], products_bias)
        products_weight = products_weight[:, : self.units].T
        outputs: list[Tensor] = []
        for products_t in products.unbind(1):
            f, i, g, o = torch.addmm(products_t, h, products_weight).chunk(4, 1)
            f = torch.sigmoid(f + self.p_f * c)  # [B, units]
            i = torch.sigmoid(i + self.p_i * c)  # [B, units]
            g = torch.tanh(g)  # [B, units]
            next_c = f * c + i * g  # [B, units]
            o = torch.sigmoid(o + self.p_o * next_c)  # [B, units]
            next_h = o * torch.tanh(next_c)  # [B, units]
            outputs.append(next_h)
            h, c = next_h, next_c
        return torch.stack(outputs, 1)


class Counter(nn.Module):
    """Network: [B, T] -> [B, T, 4].

    layer           output  parameters
    one_hot1        T×4
    peephole_lstm1  T×16         1,392
    linear1         T×4             68
    """

    def __init__(self) -> None:
        super().__init__()
        self.peephole_lstm1 = PeepholeLstm(4, 16)  # 1,392 parameters
        self.linear1 = nn.Linear(16, 4)  # [B, T, 4], 68 parameters

    def forward(self, ids: Tensor) -> Tensor:
        x: Tensor = F.one_hot(ids, 4).float()  # [B, T, 4]
        x = self.linear1(self.peephole_lstm1(x))  # [B, T, 4]
        return x
