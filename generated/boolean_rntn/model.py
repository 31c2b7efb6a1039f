"""The networks of boolean_rntn.spec, written by specc 0.1.0.

Boolean expressions with a tensor network: every product of two children's features has
a weight (Socher et al. 2013).

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


class Merge(nn.Module):
    """Cell: symbol [B], h [B, 2, units] -> [B, units].

    layer       output        parameters
    embedding1  units            5·units
    bilinear1   units           4·units³
    linear1     units   3·units² + units
    """

    def __init__(self, units: int) -> None:
        super().__init__()
        self.units = units
        self.embedding1 = nn.Embedding(5, units)
        self.bilinear1 = nn.Bilinear(2 * units, 2 * units, units, bias=False)
        self.linear1 = nn.Linear(3 * units, units)

    def step(self, symbol: Tensor, h: Tensor) -> Tensor:
        """One step, as the equations say."""
        e = self.embedding1(symbol)  # [B, units]
        p = torch.cat([h[:, 0], h[:, 1]], 1)  # [B, 2*units]
        next_h: Tensor = self.bilinear1(p, p) + self.linear1(torch.cat([p, e], 1))
        next_h = torch.tanh(next_h)  # [B, units]
        return next_h

    def forward(self, symbol: Tensor) -> Tensor:
        """The output at every node, [B, N, 1 + k] -> [B, N, n]; nodes of one height are one step."""
        batch = symbol.shape[0]
        levels, order, children = tree_levels(symbol)
        symbol = symbol[..., 0].flatten()
        h = torch.zeros(1, self.units, device=symbol.device)
        outputs: list[Tensor] = []
        for rows in levels:
            next_h = self.step(symbol[rows], h[children[rows]])
            outputs.append(next_h)
            h = torch.cat((h, next_h))
        return torch.unflatten(torch.cat(outputs)[order], 0, (batch, -1))


class Judge(nn.Module):
    """Network: [B, N, 3] -> [B, N, 2].

    layer    output  parameters
    merge1   N×16        17,248
    linear1  N×2             34
    """

    def __init__(self) -> None:
        super().__init__()
        self.merge1 = Merge(16)  # [B, N, 16], 17,248 parameters
        self.linear1 = nn.Linear(16, 2)  # [B, N, 2], 34 parameters

    def forward(self, t: Tensor) -> Tensor:
        x: Tensor = self.linear1(self.merge1(t))  # [B, N, 2]
        return x
