"""The networks of published_counts_rntn.spec, written by specc 0.1.0.

The tensor network of Socher et al. (2013) without its table of words: V of 2d·2d·d, W
of d·2d, Ws of 5·d.

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


class Tensor_(nn.Module):
    """Cell: _symbol [B], word [B, units], h [B, 2, units] -> [B, 5],
    next h [B, units].

    layer      output  parameters
    bilinear1  units     4·units³
    linear1    units     2·units²
    linear2    5          5·units
    """

    def __init__(self, units: int) -> None:
        super().__init__()
        self.units = units
        self.bilinear1 = nn.Bilinear(2 * units, 2 * units, units, bias=False)
        self.linear1 = nn.Linear(2 * units, units, bias=False)
        self.linear2 = nn.Linear(units, 5, bias=False)

    def step(self, _symbol: Tensor, word: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """One step, as the equations say."""
        p = torch.cat([h[:, 0], h[:, 1]], 1)  # [B, 2*units]
        next_h: Tensor = self.bilinear1(p, p) + self.linear1(p) + word  # [B, units]
        next_h = torch.tanh(next_h)  # [B, units]
        x: Tensor = self.linear2(next_h)  # [B, 5]
        return x, next_h

    def forward(self, _symbol: Tensor, word: Tensor) -> Tensor:
        """The output at every node, [B, N, 1 + k] -> [B, N, n]; nodes of one height are one step."""
        batch = _symbol.shape[0]
        levels, order, children = tree_levels(_symbol)
        _symbol = _symbol[..., 0].flatten()
        word = word.repeat_interleave(len(_symbol) // len(word), 0)
        h = torch.zeros(1, self.units, device=_symbol.device)
        outputs: list[Tensor] = []
        for rows in levels:
            output, next_h = self.step(_symbol[rows], word[rows], h[children[rows]])
            outputs.append(output)
            h = torch.cat((h, next_h))
        return torch.unflatten(torch.cat(outputs)[order], 0, (batch, -1))


class Sentiment(nn.Module):
    """Network: t [B, N, 3], word [B, 25] -> [B, N, 5].

    layer    output  parameters
    tensor1  N×5         63,875
    """

    def __init__(self) -> None:
        super().__init__()
        self.tensor1 = Tensor_(25)  # [B, N, 5], 63,875 parameters

    def forward(self, t: Tensor, word: Tensor) -> Tensor:
        x: Tensor = self.tensor1(t, word)  # [B, N, 5]
        return x


class Wider(nn.Module):
    """Network: t [B, N, 3], word [B, 30] -> [B, N, 5].

    layer    output  parameters
    tensor1  N×5        109,950
    """

    def __init__(self) -> None:
        super().__init__()
        self.tensor1 = Tensor_(30)  # [B, N, 5], 109,950 parameters

    def forward(self, t: Tensor, word: Tensor) -> Tensor:
        x: Tensor = self.tensor1(t, word)  # [B, N, 5]
        return x
