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

    Cell: [B, in_features] and [B, units] and [B, units] -> [B, units] and [B, units]
    and [B, units].
    """

    def __init__(self, in_features: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.p_f = nn.Parameter(torch.zeros(units))  # units parameters
        self.p_i = nn.Parameter(torch.zeros(units))  # units parameters
        self.p_o = nn.Parameter(torch.zeros(units))  # units parameters
        self.linear1 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear2 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear3 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear4 = nn.Linear(in_features + units, units)  # [B, units]

    def step(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One step, as the equations say."""
        f = self.linear1(torch.cat([h, x], 1)) + self.p_f * c  # [B, units]
        f = torch.sigmoid(f)  # [B, units]
        i = self.linear2(torch.cat([h, x], 1)) + self.p_i * c  # [B, units]
        i = torch.sigmoid(i)  # [B, units]
        g = torch.tanh(self.linear3(torch.cat([h, x], 1)))  # [B, units]
        next_c: Tensor = f * c + i * g  # [B, units]
        o = self.linear4(torch.cat([h, x], 1)) + self.p_o * next_c  # [B, units]
        o = torch.sigmoid(o)  # [B, units]
        next_h: Tensor = o * torch.tanh(next_c)  # [B, units]
        return next_h, next_c

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """All outputs, and the last states; every step as `step` says."""
        h = x.new_zeros(x.shape[0], self.units)
        c = x.new_zeros(x.shape[0], self.units)
        products_weight = torch.cat(
            (
                self.linear1.weight,
                self.linear2.weight,
                self.linear3.weight,
                self.linear4.weight,
            )
        )
        products_bias = torch.cat(
            (self.linear1.bias, self.linear2.bias, self.linear3.bias, self.linear4.bias)
        )
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
        return torch.stack(outputs, 1), h, c


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
        x = self.linear1(self.peephole_lstm1(x)[0])  # [B, T, 4]
        return x
