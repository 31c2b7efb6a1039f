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
    """Cell: x [B, in_features], h [B, units], c [B, units] -> next h [B, units],
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
        """The last output; every step as `step` says."""
        h = x.new_zeros(x.shape[0], self.units)
        c = x.new_zeros(x.shape[0], self.units)
        products_layers = [self.linear1, self.linear2, self.linear3, self.linear4]
        products_weight = torch.cat([layer.weight for layer in products_layers])
        products_bias = torch.cat([layer.bias for layer in products_layers])
        products = F.linear(x, products_weight[:, self.units :], products_bias)
        products_weight = products_weight[:, : self.units].T
        for products_t in products.unbind(1):
            f, i, g, o = torch.addmm(products_t, h, products_weight).chunk(4, 1)
            f = torch.sigmoid(f + self.p_f * c)  # [B, units]
            i = torch.sigmoid(i + self.p_i * c)  # [B, units]
            g = torch.tanh(g)  # [B, units]
            next_c = f * c + i * g  # [B, units]
            o = torch.sigmoid(o + self.p_o * next_c)  # [B, units]
            next_h = o * torch.tanh(next_c)  # [B, units]
            h, c = next_h, next_c
        return h


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
        x = self.linear1(self.peephole_lstm1(x))  # [B, 1]
        return x
