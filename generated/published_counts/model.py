"""The networks of published_counts.spec, written by specc 0.1.0.

Cells of 20 units on 10 features, as books and frameworks count them: one offset for
each gate in the cells written out, two in PyTorch's kernels. `specc count --convention
textbook` counts one everywhere.

Shapes: B batch, T time.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def one_bias(cells: nn.RNN | nn.GRU | nn.LSTM) -> Any:
    """The cells with one offset for each gate, as in textbooks: PyTorch's second is no weight and stays 0."""
    for name in [n for n, _ in cells.named_parameters() if n.startswith("bias_hh")]:
        bias = getattr(cells, name)
        delattr(cells, name)
        cells.register_buffer(name, torch.zeros_like(bias))
    cells._flat_weights = [getattr(cells, name) for name in cells._flat_weights_names]
    return cells


class RnnCell(nn.Module):
    """Vanilla recurrent cell (Elman 1990).

    Cell: x [B, in_features], h [B, units] -> [B, units].

    layer    output                          parameters
    linear1  units   in_features·units + units² + units
    """

    def __init__(self, in_features: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.linear1 = nn.Linear(in_features + units, units)  # [B, units]

    def step(self, x: Tensor, h: Tensor) -> Tensor:
        """One step, as the equations say."""
        next_h: Tensor = torch.tanh(self.linear1(torch.cat([h, x], 1)))  # [B, units]
        return next_h

    def forward(self, x: Tensor) -> Tensor:
        """All outputs; every step as `step` says."""
        h = x.new_zeros(x.shape[0], self.units)
        products = F.linear(x, self.linear1.weight[:, self.units :], self.linear1.bias)
        products_weight = self.linear1.weight[:, : self.units].T
        outputs: list[Tensor] = []
        for products_t in products.unbind(1):
            next_h = torch.addmm(products_t, h, products_weight)
            next_h = torch.tanh(next_h)  # [B, units]
            outputs.append(next_h)
            h = next_h
        return torch.stack(outputs, 1)


class Vanilla(nn.Module):
    """Network: [B, T, 10] -> [B, T, 20].

    layer      output  parameters
    rnn_cell1  T×20           620
    """

    def __init__(self) -> None:
        super().__init__()
        self.rnn_cell1 = RnnCell(10, 20)  # 620 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.rnn_cell1(x)  # [B, T, 20]
        return x


class LstmCell(nn.Module):
    """LSTM (Hochreiter & Schmidhuber 1997; forget gate of Gers et al. 2000).

    Cell: x [B, in_features], h [B, units], c [B, units] -> next h [B, units],
    next c [B, units].

    layer    output                          parameters
    linear1  units   in_features·units + units² + units
    linear2  units   in_features·units + units² + units
    linear3  units   in_features·units + units² + units
    linear4  units   in_features·units + units² + units
    """

    def __init__(self, in_features: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.linear1 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear2 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear3 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear4 = nn.Linear(in_features + units, units)  # [B, units]

    def step(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One step, as the equations say."""
        hx = torch.cat([h, x], 1)  # [B, in_features+units]
        f = torch.sigmoid(self.linear1(hx))  # [B, units]
        i = torch.sigmoid(self.linear2(hx))  # [B, units]
        g = torch.tanh(self.linear3(hx))  # [B, units]
        o = torch.sigmoid(self.linear4(hx))  # [B, units]
        next_c: Tensor = f * c + i * g  # [B, units]
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
            f = torch.sigmoid(f)  # [B, units]
            i = torch.sigmoid(i)  # [B, units]
            g = torch.tanh(g)  # [B, units]
            o = torch.sigmoid(o)  # [B, units]
            next_c = f * c + i * g  # [B, units]
            next_h = o * torch.tanh(next_c)  # [B, units]
            outputs.append(next_h)
            h, c = next_h, next_c
        return torch.stack(outputs, 1)


class Lstm(nn.Module):
    """Network: [B, T, 10] -> [B, T, 20].

    layer       output  parameters
    lstm_cell1  T×20         2,480
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm_cell1 = LstmCell(10, 20)  # 2,480 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.lstm_cell1(x)  # [B, T, 20]
        return x


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


class Peephole(nn.Module):
    """Network: [B, T, 10] -> [B, T, 20].

    layer           output  parameters
    peephole_lstm1  T×20         2,540
    """

    def __init__(self) -> None:
        super().__init__()
        self.peephole_lstm1 = PeepholeLstm(10, 20)  # 2,540 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.peephole_lstm1(x)  # [B, T, 20]
        return x


class FullPeepholeLstm(nn.Module):
    """LSTM whose gates see the cell, every unit all units.

    Cell: x [B, in_features], h [B, units], c [B, units] -> next h [B, units],
    next c [B, units].

    layer    output                            parameters
    linear1  units   in_features·units + 2·units² + units
    linear2  units   in_features·units + 2·units² + units
    linear3  units     in_features·units + units² + units
    linear4  units   in_features·units + 2·units² + units
    """

    def __init__(self, in_features: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.linear1 = nn.Linear(in_features + 2 * units, units)  # [B, units]
        self.linear2 = nn.Linear(in_features + 2 * units, units)  # [B, units]
        self.linear3 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear4 = nn.Linear(in_features + 2 * units, units)  # [B, units]

    def step(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One step, as the equations say."""
        chx = torch.cat([c, h, x], 1)  # [B, …]
        f = torch.sigmoid(self.linear1(chx))  # [B, units]
        i = torch.sigmoid(self.linear2(chx))  # [B, units]
        g = torch.tanh(self.linear3(torch.cat([h, x], 1)))  # [B, units]
        next_c: Tensor = f * c + i * g  # [B, units]
        o = torch.sigmoid(self.linear4(torch.cat([next_c, h, x], 1)))  # [B, units]
        next_h: Tensor = o * torch.tanh(next_c)  # [B, units]
        return next_h, next_c

    def forward(self, x: Tensor) -> Tensor:
        """All outputs; every step as `step` says."""
        h = x.new_zeros(x.shape[0], self.units)
        c = x.new_zeros(x.shape[0], self.units)
        products_weight = torch.cat((self.linear1.weight, self.linear2.weight))
        products_bias = torch.cat((self.linear1.bias, self.linear2.bias))
        products = F.linear(x, products_weight[:, 2 * self.units :], products_bias)
        products_weight = products_weight[:, : 2 * self.units].T
        products2 = F.linear(x, self.linear3.weight[:, self.units :], self.linear3.bias)
        products2_weight = self.linear3.weight[:, : self.units].T
        products3 = F.linear(
            x, self.linear4.weight[:, 2 * self.units :], self.linear4.bias
        )
        products3_weight = self.linear4.weight[:, : 2 * self.units].T
        outputs: list[Tensor] = []
        for products_t, products2_t, products3_t in zip(
            products.unbind(1), products2.unbind(1), products3.unbind(1), strict=True
        ):
            f, i = torch.addmm(products_t, torch.cat((c, h), 1), products_weight).chunk(
                2, 1
            )
            f = torch.sigmoid(f)  # [B, units]
            i = torch.sigmoid(i)  # [B, units]
            g = torch.addmm(products2_t, h, products2_weight)
            g = torch.tanh(g)  # [B, units]
            next_c = f * c + i * g  # [B, units]
            o = torch.addmm(products3_t, torch.cat((next_c, h), 1), products3_weight)
            o = torch.sigmoid(o)  # [B, units]
            next_h = o * torch.tanh(next_c)  # [B, units]
            outputs.append(next_h)
            h, c = next_h, next_c
        return torch.stack(outputs, 1)


class FullPeephole(nn.Module):
    """Network: [B, T, 10] -> [B, T, 20].

    layer                output  parameters
    full_peephole_lstm1  T×20         3,680
    """

    def __init__(self) -> None:
        super().__init__()
        self.full_peephole_lstm1 = FullPeepholeLstm(10, 20)  # 3,680 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.full_peephole_lstm1(x)  # [B, T, 20]
        return x


class GruResetBefore(nn.Module):
    """GRU whose reset gate stands before the product, as in the paper (Cho et al.
    2014).

    Cell: x [B, in_features], h [B, units] -> [B, units].

    layer    output                          parameters
    linear1  units   in_features·units + units² + units
    linear2  units   in_features·units + units² + units
    linear3  units   in_features·units + units² + units
    """

    def __init__(self, in_features: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.linear1 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear2 = nn.Linear(in_features + units, units)  # [B, units]
        self.linear3 = nn.Linear(in_features + units, units)  # [B, units]

    def step(self, x: Tensor, h: Tensor) -> Tensor:
        """One step, as the equations say."""
        hx = torch.cat([h, x], 1)  # [B, in_features+units]
        r = torch.sigmoid(self.linear1(hx))  # [B, units]
        z = torch.sigmoid(self.linear2(hx))  # [B, units]
        n = torch.tanh(self.linear3(torch.cat([r * h, x], 1)))  # [B, units]
        next_h: Tensor = (1 - z) * n + z * h  # [B, units]
        return next_h

    def forward(self, x: Tensor) -> Tensor:
        """All outputs; every step as `step` says."""
        h = x.new_zeros(x.shape[0], self.units)
        products_weight = torch.cat((self.linear1.weight, self.linear2.weight))
        products_bias = torch.cat((self.linear1.bias, self.linear2.bias))
        products = F.linear(x, products_weight[:, self.units :], products_bias)
        products_weight = products_weight[:, : self.units].T
        products2 = F.linear(x, self.linear3.weight[:, self.units :], self.linear3.bias)
        products2_weight = self.linear3.weight[:, : self.units].T
        outputs: list[Tensor] = []
        for products_t, products2_t in zip(
            products.unbind(1), products2.unbind(1), strict=True
        ):
            r, z = torch.addmm(products_t, h, products_weight).chunk(2, 1)
            r = torch.sigmoid(r)  # [B, units]
            z = torch.sigmoid(z)  # [B, units]
            n = torch.addmm(products2_t, r * h, products2_weight)
            n = torch.tanh(n)  # [B, units]
            next_h = (1 - z) * n + z * h  # [B, units]
            outputs.append(next_h)
            h = next_h
        return torch.stack(outputs, 1)


class Gru(nn.Module):
    """Network: [B, T, 10] -> [B, T, 20].

    layer              output  parameters
    gru_reset_before1  T×20         1,860
    """

    def __init__(self) -> None:
        super().__init__()
        self.gru_reset_before1 = GruResetBefore(10, 20)  # 1,860 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.gru_reset_before1(x)  # [B, T, 20]
        return x


class VanillaKernel(nn.Module):
    """Network: [B, T, 10] -> [B, T, 20].

    layer  output  parameters
    rnn1   T×20           640
    """

    def __init__(self) -> None:
        super().__init__()
        self.rnn1 = nn.RNN(10, 20, batch_first=True)  # 640 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.rnn1(x)[0]  # [B, T, 20]
        return x


class LstmKernel(nn.Module):
    """Network: [B, T, 10] -> [B, T, 20].

    layer  output  parameters
    lstm1  T×20         2,560
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm1 = nn.LSTM(10, 20, batch_first=True)  # 2,560 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.lstm1(x)[0]  # [B, T, 20]
        return x


class TextbookKernel(nn.Module):
    """Network: [B, T, 10] -> [B, T, 20].

    layer  output  parameters
    lstm1  T×20         2,480
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm1 = one_bias(nn.LSTM(10, 20, batch_first=True))  # 2,480 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.lstm1(x)[0]  # [B, T, 20]
        return x


class GruKernel(nn.Module):
    """Network: [B, T, 10] -> [B, T, 20].

    layer  output  parameters
    gru1   T×20         1,920
    """

    def __init__(self) -> None:
        super().__init__()
        self.gru1 = nn.GRU(10, 20, batch_first=True)  # 1,920 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.gru1(x)[0]  # [B, T, 20]
        return x
