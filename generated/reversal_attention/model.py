"""The networks of reversal_attention.spec, written by specc 0.1.0.

A sequence is read both ways and written backwards by a decoder that attends to what was
read (Bahdanau et al. 2015): the symbol before is the true one in training, and the
decoder's own after it.

Shapes: B batch, T time.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Writer(nn.Module):
    """Cell: token [B], memory [B, T, units], h [B, units] -> [B, vocab],
    next h [B, units].

    layer       output             parameters
    embedding1  units                12·units
    linear1     units        3·units² + units
    linear2     units        3·units² + units
    linear3     units        3·units² + units
    linear4     vocab   2·units·vocab + vocab
    """

    def __init__(self, units: int, vocab: int) -> None:
        super().__init__()
        self.units = units
        self.embedding1 = nn.Embedding(12, units)  # [B, units]
        self.linear1 = nn.Linear(3 * units, units)  # [B, units]
        self.linear2 = nn.Linear(3 * units, units)  # [B, units]
        self.linear3 = nn.Linear(3 * units, units)  # [B, units]
        self.linear4 = nn.Linear(2 * units, vocab)  # [B, vocab]

    def step(self, token: Tensor, memory: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """One step, as the equations say."""
        e = self.embedding1(token)  # [B, units]
        score = (memory * h.unsqueeze(1)).sum(2)  # [B, T]
        score = F.softmax(score, dim=-1)  # [B, T]
        read = (memory * score.unsqueeze(2)).sum(1)  # [B, units]
        joined = torch.cat([h, e, read], 1)  # [B, 3*units]
        z = torch.sigmoid(self.linear1(joined))  # [B, units]
        r = torch.sigmoid(self.linear2(joined))  # [B, units]
        n = torch.tanh(self.linear3(torch.cat([r * h, e, read], 1)))  # [B, units]
        next_h: Tensor = (1 - z) * n + z * h  # [B, units]
        x: Tensor = self.linear4(torch.cat([next_h, read], 1))  # [B, vocab]
        return x, next_h

    def forward(
        self, token: Tensor, memory: Tensor, free_running: bool = False
    ) -> Tensor:
        """All outputs; every step as `step` says."""
        h = torch.zeros(token.shape[0], self.units, device=token.device)
        outputs: list[Tensor] = []
        for token_t in token.unbind(1):
            if free_running and outputs:
                token_t = outputs[-1].argmax(1)
            output, h = self.step(token_t, memory, h)
            outputs.append(output)
        return torch.stack(outputs, 1)


class Reverser(nn.Module):
    """Network: source [B, T], before [B, T] -> [B, T, 12].

    layer       output  parameters
    embedding1  T×32           384
    gru1        T×64        12,672
    writer1     T×12        39,372
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedding1 = nn.Embedding(12, 32)  # [B, T, 32]
        self.gru1 = nn.GRU(32, 32, batch_first=True, bidirectional=True)
        self.writer1 = Writer(64, 12)

    def forward(self, source: Tensor, before: Tensor) -> Tensor:
        x: Tensor = self.gru1(self.embedding1(source))[0]  # [B, T, 64]
        x = self.writer1(before, x, free_running=not self.training)  # [B, T, 12]
        return x
