"""The networks of adding_peephole_lstm.spec, written by specc 0.1.0.

Peephole LSTM written from its gate equations, on the adding problem over 30 steps
(Hochreiter & Schmidhuber 1997).

Shapes: B batch, T time.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PeepholeLstm(nn.Module):
    """Cell: [B, in_features] and [B, units] and [B, units] -> [B, units] and [B,
    units] and [B, units].
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


class Adder(nn.Module):
    """Network: [B, T, 2] -> [B, 1].

    layer           output  parameters
    peephole_lstm1  32           4,576
    linear1         1               33
    """

    def __init__(self) -> None:
        super().__init__()
        self.peephole_lstm1 = PeepholeLstm(2, 32)  # 4,576 parameters
        self.linear1 = nn.Linear(32, 1)  # [B, 1], 33 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear1(self.peephole_lstm1(x)[0][:, -1])  # [B, 1]
        return x
