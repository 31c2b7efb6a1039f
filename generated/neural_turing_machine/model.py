"""The networks of neural_turing_machine.spec, written by specc 0.1.0.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Address(nn.Module):
    """Where a head looks: by content, then moved by at most one row, then sharpened.

    Block: key [B, 20], strength [B, 1], gate [B, 1], shift [B, 3], sharp [B, 1],
    memory [B, 128, 20], before [B, 128] -> [B, 128].
    """

    def forward(
        self,
        key: Tensor,
        strength: Tensor,
        gate: Tensor,
        shift: Tensor,
        sharp: Tensor,
        memory: Tensor,
        before: Tensor,
    ) -> Tensor:
        likeness = (memory * key.unsqueeze(1)).sum(2)  # [B, 128]
        sizes = torch.sqrt((memory**2).sum(2)) * torch.sqrt((key**2).sum(1))[:, None]
        sizes = sizes + 1e-08  # [B, 128]
        content = F.softplus(strength) * likeness / sizes  # [B, 128]
        content = F.softmax(content, dim=-1)  # [B, 128]
        g = torch.sigmoid(gate)  # [B, 1]
        w = g * content + (1 - g) * before  # [B, 128]
        s = F.softmax(shift, dim=-1)  # [B, 3]
        moved = s[:, :1] * torch.cat([w[:, 1:128], w[:, :1]], 1)  # [B, 128]
        x = s[:, 2:3] * torch.cat([w[:, 127:128], w[:, :127]], 1)  # [B, 128]
        moved = moved + s[:, 1:2] * w + x  # [B, 128]
        p = (moved + 1e-08) ** (1 + F.softplus(sharp))  # [B, 128]
        y: Tensor = p / p.sum(1)[:, None]  # [B, 128]
        return y


class Turing(nn.Module):
    """Cell: x [B, in_features], h [B, units], c [B, units], read [B, 20],
    memory [B, 128, 20], looks [B, 128], writes [B, 128] -> [B, 8],
    next h [B, units], next c [B, units], next read [B, 20],
    next memory [B, 128, 20], next looks [B, 128], next writes [B, 128].

    layer     output                    parameters
    linear1   units                 units² + units
    linear2   units   in_features·units + 21·units
    linear3   units                 units² + units
    linear4   units   in_features·units + 21·units
    linear5   units                 units² + units
    linear6   units   in_features·units + 21·units
    linear7   units                 units² + units
    linear8   units   in_features·units + 21·units
    linear9   66                     66·units + 66
    address1  128
    linear10  26                     26·units + 26
    address2  128
    linear11  8                      8·units + 168
    """

    def __init__(self, in_features: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.linear1 = nn.Linear(units, units)  # [B, units]
        self.linear2 = nn.Linear(in_features + 20, units)  # [B, units]
        self.linear3 = nn.Linear(units, units)  # [B, units]
        self.linear4 = nn.Linear(in_features + 20, units)  # [B, units]
        self.linear5 = nn.Linear(units, units)  # [B, units]
        self.linear6 = nn.Linear(in_features + 20, units)  # [B, units]
        self.linear7 = nn.Linear(units, units)  # [B, units]
        self.linear8 = nn.Linear(in_features + 20, units)  # [B, units]
        self.linear9 = nn.Linear(units, 66)  # [B, 66]
        self.address1 = Address()  # [B, 128]
        self.linear10 = nn.Linear(units, 26)  # [B, 26]
        self.address2 = Address()  # [B, 128]
        self.linear11 = nn.Linear(units + 20, 8)  # [B, 8]

    def step(
        self,
        x: Tensor,
        h: Tensor,
        c: Tensor,
        read: Tensor,
        memory: Tensor,
        looks: Tensor,
        writes: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        """One step, as the equations say."""
        joined = torch.cat([x, read], 1)  # [B, in_features+20]
        f = torch.sigmoid(self.linear1(h) + self.linear2(joined))  # [B, units]
        i = torch.sigmoid(self.linear3(h) + self.linear4(joined))  # [B, units]
        g = torch.tanh(self.linear5(h) + self.linear6(joined))  # [B, units]
        o = torch.sigmoid(self.linear7(h) + self.linear8(joined))  # [B, units]
        next_c: Tensor = f * c + i * g  # [B, units]
        next_h: Tensor = o * torch.tanh(next_c)  # [B, units]
        w = self.linear9(next_h)  # [B, 66]
        x = w[:, 20:21]  # [B, 1]
        part = w[:, 21:22]  # [B, 1]
        part2 = w[:, 22:25]  # [B, 3]
        part3 = w[:, 25:26]  # [B, 1]
        next_writes: Tensor = self.address1(
            w[:, :20], x, part, part2, part3, memory, writes
        )
        erase = torch.sigmoid(w[:, 26:46])  # [B, 20]
        add = w[:, 46:66]  # [B, 20]
        at = next_writes.unsqueeze(2)  # [B, 128, 1]
        next_memory: Tensor = memory * (
            1 - at * erase.unsqueeze(1)
        ) + at * add.unsqueeze(1)
        r = self.linear10(next_h)  # [B, 26]
        x = r[:, 20:21]  # [B, 1]
        part = r[:, 21:22]  # [B, 1]
        part2 = r[:, 22:25]  # [B, 3]
        part3 = r[:, 25:26]  # [B, 1]
        next_looks: Tensor = self.address2(
            r[:, :20], x, part, part2, part3, next_memory, looks
        )
        next_read: Tensor = next_memory * next_looks.unsqueeze(2)  # [B, 128, 20]
        next_read = next_read.sum(1)  # [B, 20]
        x = self.linear11(torch.cat([next_h, next_read], 1))  # [B, 8]
        return x, next_h, next_c, next_read, next_memory, next_looks, next_writes

    def forward(self, x: Tensor) -> Tensor:
        """All outputs; every step as `step` says."""
        h = x.new_zeros(x.shape[0], self.units)
        c = x.new_zeros(x.shape[0], self.units)
        read = x.new_zeros(x.shape[0], 20)
        memory = x.new_full((x.shape[0], 128, 20), 1e-06)
        looks = x.new_zeros(x.shape[0], 128)
        writes = x.new_zeros(x.shape[0], 128)
        products_layers = [self.linear1, self.linear3, self.linear5, self.linear7]
        products_weight = torch.cat([layer.weight for layer in products_layers])
        products_bias = torch.cat([layer.bias for layer in products_layers])
        products2_layers = [self.linear2, self.linear4, self.linear6, self.linear8]
        products2_weight = torch.cat([layer.weight for layer in products2_layers])
        products2_bias = torch.cat([layer.bias for layer in products2_layers])
        products2 = F.linear(x, products2_weight[:, : x.shape[2]], products2_bias)
        products2_weight = products2_weight[:, x.shape[2] :].T
        outputs: list[Tensor] = []
        for products2_t in products2.unbind(1):
            f, i, g, o = F.linear(h, products_weight, products_bias).chunk(4, 1)
            linear2_t, linear4_t, linear6_t, linear8_t = torch.addmm(
                products2_t, read, products2_weight
            ).chunk(4, 1)
            f = torch.sigmoid(f + linear2_t)  # [B, units]
            i = torch.sigmoid(i + linear4_t)  # [B, units]
            g = torch.tanh(g + linear6_t)  # [B, units]
            o = torch.sigmoid(o + linear8_t)  # [B, units]
            next_c = f * c + i * g  # [B, units]
            next_h = o * torch.tanh(next_c)  # [B, units]
            w = self.linear9(next_h)  # [B, 66]
            x = w[:, 20:21]  # [B, 1]
            part = w[:, 21:22]  # [B, 1]
            part2 = w[:, 22:25]  # [B, 3]
            part3 = w[:, 25:26]  # [B, 1]
            next_writes = self.address1(
                w[:, :20], x, part, part2, part3, memory, writes
            )
            erase = torch.sigmoid(w[:, 26:46])  # [B, 20]
            add = w[:, 46:66]  # [B, 20]
            at = next_writes.unsqueeze(2)  # [B, 128, 1]
            next_memory = memory * (1 - at * erase.unsqueeze(1)) + at * add.unsqueeze(1)
            r = self.linear10(next_h)  # [B, 26]
            x = r[:, 20:21]  # [B, 1]
            part = r[:, 21:22]  # [B, 1]
            part2 = r[:, 22:25]  # [B, 3]
            part3 = r[:, 25:26]  # [B, 1]
            next_looks = self.address2(
                r[:, :20], x, part, part2, part3, next_memory, looks
            )
            next_read = next_memory * next_looks.unsqueeze(2)  # [B, 128, 20]
            next_read = next_read.sum(1)  # [B, 20]
            x = self.linear11(torch.cat([next_h, next_read], 1))  # [B, 8]
            outputs.append(x)
            h = next_h
            c = next_c
            read = next_read
            memory = next_memory
            looks = next_looks
            writes = next_writes
        return torch.stack(outputs, 1)


class Machine(nn.Module):
    """Network: [B, 20, 9] -> [B, 20, 8].

    layer    output  parameters
    machine  20×8        62,660
    """

    def __init__(self, units: int = 100) -> None:
        super().__init__()
        self.machine = Turing(9, units)  # 62,660 parameters

    def forward(self, bits: Tensor) -> Tensor:
        bits = self.machine(bits)  # [B, 20, 8]
        return bits
