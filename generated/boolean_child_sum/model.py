"""The networks of boolean_child_sum.spec, written by specc 0.1.0.

Boolean expressions whose operators have two or three operands, in no order: a child-sum
tree LSTM (Tai, Socher & Manning 2015).

Shapes: B batch, N nodes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def tree_levels(trees: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
    """The nodes of each height from the leaves up, the places of all nodes among these, and those of
    their children from 1 (0 where there is none): [B, N, 3] -> rows, [B * N], [B * N, k].
    """
    batch, nodes = trees.shape[:2]
    links = trees[..., 1:]
    height = trees.new_full((batch, nodes + 1), -1)
    for node in reversed(range(nodes)):
        height[:, node + 1] = height.gather(1, links[:, node]).amax(1) + 1
    flat = height[:, 1:].flatten()
    levels = [(flat == n).nonzero()[:, 0] for n in range(int(flat.max()) + 1)]
    order = torch.cat(levels).argsort()
    first = nodes * torch.arange(batch, device=trees.device)[:, None, None]
    rows = (links - 1 + first).clamp(min=0)
    return levels, order, torch.where(links > 0, order[rows] + 1, 0).flatten(0, 1)


class ChildSumLstm(nn.Module):
    """Child-sum tree LSTM: a forget gate for each child (Tai, Socher & Manning
    2015).

    Cell: symbol [B], h [B, 3, units], c [B, 3, units] -> next h [B, units],
    next c [B, units].

    layer       output         parameters
    embedding1  units             5·units
    linear1     units    2·units² + units
    linear2     units    2·units² + units
    linear3     units    2·units² + units
    linear4     3×units    units² + units
    linear5     units              units²
    """

    def __init__(self, units: int) -> None:
        super().__init__()
        self.units = units
        self.embedding1 = nn.Embedding(5, units)  # [B, units]
        self.linear1 = nn.Linear(2 * units, units)  # [B, units]
        self.linear2 = nn.Linear(2 * units, units)  # [B, units]
        self.linear3 = nn.Linear(2 * units, units)  # [B, units]
        self.linear4 = nn.Linear(units, units)  # [B, 3, units]
        self.linear5 = nn.Linear(units, units, bias=False)  # [B, units]

    def step(self, symbol: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One step, as the equations say."""
        x = self.embedding1(symbol)  # [B, units]
        s = h.sum(1)  # [B, units]
        sx = torch.cat([s, x], 1)  # [B, 2*units]
        i = torch.sigmoid(self.linear1(sx))  # [B, units]
        o = torch.sigmoid(self.linear2(sx))  # [B, units]
        g = torch.tanh(self.linear3(sx))  # [B, units]
        f = self.linear4(h) + self.linear5(x).unsqueeze(1)  # [B, 3, units]
        f = torch.sigmoid(f)  # [B, 3, units]
        next_c: Tensor = i * g + (f * c).sum(1)  # [B, units]
        next_h: Tensor = o * torch.tanh(next_c)  # [B, units]
        return next_h, next_c

    def forward(self, symbol: Tensor) -> Tensor:
        """The output at every node, [B, N, 1 + k] -> [B, N, n]; nodes of one height are one step."""
        batch = symbol.shape[0]
        levels, order, children = tree_levels(symbol)
        symbol = symbol[..., 0].flatten()
        h = torch.zeros(1, self.units, device=symbol.device)
        c = torch.zeros(1, self.units, device=symbol.device)
        outputs: list[Tensor] = []
        for rows in levels:
            next_h, next_c = self.step(
                symbol[rows], h[children[rows]], c[children[rows]]
            )
            outputs.append(next_h)
            h = torch.cat((h, next_h))
            c = torch.cat((c, next_c))
        return torch.unflatten(torch.cat(outputs)[order], 0, (batch, -1))


class Judge(nn.Module):
    """Network: [B, N, 4] -> [B, N, 2].

    layer            output  parameters
    child_sum_lstm1  N×24         4,824
    linear1          N×2             50
    """

    def __init__(self) -> None:
        super().__init__()
        self.child_sum_lstm1 = ChildSumLstm(24)  # [B, N, 24], 4,824 parameters
        self.linear1 = nn.Linear(24, 2)  # [B, N, 2], 50 parameters

    def forward(self, t: Tensor) -> Tensor:
        x: Tensor = self.linear1(self.child_sum_lstm1(t))  # [B, N, 2]
        return x
