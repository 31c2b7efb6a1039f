"""The networks of ddpm_cifar.spec, written by specc 0.1.0.

Shapes: B batch, T time, D features, H height, W width.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """Multi-head attention of a sequence on itself (Vaswani et al. 2017): [B, T, D] -> [B, T, D]."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj = nn.Linear(features, 3 * features)  # q, k and v
        self.out_proj = nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        split = self.in_proj(x).unflatten(-1, (3, self.heads, -1))
        q, k, v = split.permute(2, 0, 3, 1, 4)  # each [B, heads, T, D/heads]
        y = F.scaled_dot_product_attention(q, k, v)
        out: Tensor = self.out_proj(y.transpose(1, 2).flatten(2))
        return out


def embed_number(x: Tensor, features: int, base: float) -> Tensor:
    """Sines and cosines of a number at falling frequencies: [B] -> [B, features]."""
    half = features // 2
    rate = base ** (-torch.arange(half, device=x.device) / half)
    angle = x.unsqueeze(-1) * rate
    return torch.cat((angle.sin(), angle.cos()), dim=-1)


class Residual(nn.Module):
    """Two convolutions that are told the step, beside a way around them.

    Block: x [B, channels, H, W], t [B, t_features] -> [B, channels, H, W].

    layer        output                            parameters
    linear1      channels      channels·t_features + channels
    group_norm1  channels×H×W                      2·channels
    conv1        channels×H×W          9·channels² + channels
    group_norm2  channels×H×W                      2·channels
    dropout1     channels×H×W
    conv2        channels×H×W          9·channels² + channels
    """

    def __init__(self, t_features: int, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.linear1 = nn.Linear(t_features, channels)  # [B, channels]
        self.group_norm1 = nn.GroupNorm(32, channels)  # [B, channels, H, W]
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)  # [B, channels, H, W]
        self.group_norm2 = nn.GroupNorm(32, channels)  # [B, channels, H, W]
        self.dropout1 = nn.Dropout(0.1)  # [B, channels, H, W]
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)  # [B, channels, H, W]

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        moved = self.linear1(F.silu(t)).reshape(-1, self.channels, 1, 1)
        h = self.conv1(F.silu(self.group_norm1(x))) + moved  # [B, channels, H, W]
        main = self.dropout1(F.silu(self.group_norm2(h)))  # [B, channels, H, W]
        main = self.conv2(main)  # [B, channels, H, W]
        y: Tensor = main + x  # [B, channels, H, W]
        return y


class ResidualChangingChannels(nn.Module):
    """Two convolutions that are told the step, beside a way around them.

    Block: x [B, x_channels, H, W], t [B, t_features] -> [B, channels, H, W].

    layer        output                                parameters
    linear1      channels          channels·t_features + channels
    group_norm1  x_channels×H×W                      2·x_channels
    conv1        channels×H×W    9·channels·x_channels + channels
    group_norm2  channels×H×W                          2·channels
    dropout1     channels×H×W
    conv2        channels×H×W              9·channels² + channels
    conv3        channels×H×W      channels·x_channels + channels
    """

    def __init__(self, x_channels: int, t_features: int, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.linear1 = nn.Linear(t_features, channels)
        self.group_norm1 = nn.GroupNorm(32, x_channels)
        self.conv1 = nn.Conv2d(x_channels, channels, 3, padding=1)
        self.group_norm2 = nn.GroupNorm(32, channels)
        self.dropout1 = nn.Dropout(0.1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv3 = nn.Conv2d(x_channels, channels, 1)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        moved = self.linear1(F.silu(t)).reshape(-1, self.channels, 1, 1)
        h = self.conv1(F.silu(self.group_norm1(x))) + moved  # [B, channels, H, W]
        main = self.dropout1(F.silu(self.group_norm2(h)))  # [B, channels, H, W]
        main = self.conv2(main)  # [B, channels, H, W]
        skip = self.conv3(x)  # [B, channels, H, W]
        y: Tensor = main + skip  # [B, channels, H, W]
        return y


class Attend(nn.Module):
    """Block: [B, wide, H, W] -> [B, wide, H, W].

    layer        output            parameters
    group_norm1  wide×H×W              2·wide
    attention1   (H·W)×wide  4·wide² + 4·wide
    """

    def __init__(self, wide: int) -> None:
        super().__init__()
        self.wide = wide
        self.group_norm1 = nn.GroupNorm(32, wide)  # [B, wide, H, W]
        self.attention1 = SelfAttention(wide, 1)  # [B, H*W, wide]

    def forward(self, x: Tensor) -> Tensor:
        in_height = x.shape[2]
        in_width = x.shape[3]
        places = self.group_norm1(x).flatten(2).permute(0, 2, 1)  # [B, H*W, wide]
        seen = self.attention1(places).permute(0, 2, 1)  # [B, wide, H*W]
        seen = seen.reshape(-1, self.wide, in_height, in_width)  # [B, wide, H, W]
        y: Tensor = x + seen  # [B, wide, H, W]
        return y


class Both(nn.Module):
    """Block: x [B, x_channels, H, W], t [B, t_features] -> [B, channels, H, W].

    layer      output, parameters
    residual1  channels×H×W
               9·channels² + channels·t_features + 10·channels·x_channels + 6·channels + 2·x_channels
    attend1    channels×H×W
               4·channels² + 6·channels
    """

    def __init__(self, x_channels: int, t_features: int, channels: int) -> None:
        super().__init__()
        self.residual1 = ResidualChangingChannels(x_channels, t_features, channels)
        self.attend1 = Attend(channels)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        y: Tensor = self.attend1(self.residual1(x, t))  # [B, channels, H, W]
        return y


class BothKeepingChannels(nn.Module):
    """Block: x [B, channels, H, W], t [B, t_features] -> [B, channels, H, W].

    layer      output                                             parameters
    residual1  channels×H×W  18·channels² + channels·t_features + 7·channels
    attend1    channels×H×W                         4·channels² + 6·channels
    """

    def __init__(self, t_features: int, channels: int) -> None:
        super().__init__()
        self.residual1 = Residual(t_features, channels)  # [B, channels, H, W]
        self.attend1 = Attend(channels)  # [B, channels, H, W]

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        y: Tensor = self.attend1(self.residual1(x, t))  # [B, channels, H, W]
        return y


class Larger(nn.Module):
    """Block: [B, in_channels, H, W] -> [B, channels, 2*H, 2*W].

    layer  output                                       parameters
    conv1  channels×(2·H)×(2·W)  9·channels·in_channels + channels
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(F.interpolate(x, scale_factor=2))  # [B, channels, 2*H, 2*W]
        return x


class UNet(nn.Module):
    """The U-Net of Ho et al. (2020) for CIFAR-10: 128 channels times 1, 2, 2, 2, two
    residual blocks at each size and attention at 16×16; it is told the step and
    gives the noise.

    Network: x [B, 3, 32, 32], step [B] -> [B, 3, 32, 32].

    layer                  output     parameters
    sinusoidal_embedding1  128
    linear1                512            66,048
    silu1                  512
    linear2                512           262,656
    conv1                  128×32×32       3,584
    residual1              128×32×32     361,344
    residual2              128×32×32     361,344
    conv2                  128×16×16     147,584
    both1                  256×16×16   1,314,048
    both2                  256×16×16   1,576,192
    conv3                  256×8×8       590,080
    residual3              256×8×8     1,312,512
    residual4              256×8×8     1,312,512
    conv4                  256×4×4       590,080
    residual5              256×4×4     1,312,512
    residual6              256×4×4     1,312,512
    both3                  256×4×4     1,576,192
    residual7              256×4×4     1,312,512
    concat1                512×4×4
    residual8              256×4×4     2,034,176
    concat2                512×4×4
    residual9              256×4×4     2,034,176
    concat3                512×4×4
    residual10             256×4×4     2,034,176
    larger1                256×8×8       590,080
    concat4                512×8×8
    residual11             256×8×8     2,034,176
    concat5                512×8×8
    residual12             256×8×8     2,034,176
    concat6                512×8×8
    residual13             256×8×8     2,034,176
    larger2                256×16×16     590,080
    concat7                512×16×16
    both4                  256×16×16   2,297,856
    concat8                512×16×16
    both5                  256×16×16   2,297,856
    concat9                384×16×16
    both6                  256×16×16   1,969,920
    larger3                256×32×32     590,080
    concat10               384×32×32
    residual14             128×32×32     706,048
    concat11               256×32×32
    residual15             128×32×32     541,952
    concat12               256×32×32
    residual16             128×32×32     541,952
    group_norm1            128×32×32         256
    silu2                  128×32×32
    conv5                  3×32×32         3,459
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(128, 512)  # [B, 512]
        self.linear2 = nn.Linear(512, 512)  # [B, 512]
        self.conv1 = nn.Conv2d(3, 128, 3, padding=1)  # [B, 128, 32, 32]
        self.residual1 = Residual(512, 128)  # [B, 128, 32, 32]
        self.residual2 = Residual(512, 128)  # [B, 128, 32, 32]
        self.conv2 = nn.Conv2d(128, 128, 3, stride=2, padding=1)  # [B, 128, 16, 16]
        self.both1 = Both(128, 512, 256)  # [B, 256, 16, 16]
        self.both2 = BothKeepingChannels(512, 256)  # [B, 256, 16, 16]
        self.conv3 = nn.Conv2d(256, 256, 3, stride=2, padding=1)  # [B, 256, 8, 8]
        self.residual3 = Residual(512, 256)  # [B, 256, 8, 8]
        self.residual4 = Residual(512, 256)  # [B, 256, 8, 8]
        self.conv4 = nn.Conv2d(256, 256, 3, stride=2, padding=1)  # [B, 256, 4, 4]
        self.residual5 = Residual(512, 256)  # [B, 256, 4, 4]
        self.residual6 = Residual(512, 256)  # [B, 256, 4, 4]
        self.both3 = BothKeepingChannels(512, 256)  # [B, 256, 4, 4]
        self.residual7 = Residual(512, 256)  # [B, 256, 4, 4]
        self.residual8 = ResidualChangingChannels(512, 512, 256)  # [B, 256, 4, 4]
        self.residual9 = ResidualChangingChannels(512, 512, 256)  # [B, 256, 4, 4]
        self.residual10 = ResidualChangingChannels(512, 512, 256)  # [B, 256, 4, 4]
        self.larger1 = Larger(256, 256)  # [B, 256, 8, 8]
        self.residual11 = ResidualChangingChannels(512, 512, 256)  # [B, 256, 8, 8]
        self.residual12 = ResidualChangingChannels(512, 512, 256)  # [B, 256, 8, 8]
        self.residual13 = ResidualChangingChannels(512, 512, 256)  # [B, 256, 8, 8]
        self.larger2 = Larger(256, 256)  # [B, 256, 16, 16]
        self.both4 = Both(512, 512, 256)  # [B, 256, 16, 16]
        self.both5 = Both(512, 512, 256)  # [B, 256, 16, 16]
        self.both6 = Both(384, 512, 256)  # [B, 256, 16, 16]
        self.larger3 = Larger(256, 256)  # [B, 256, 32, 32]
        self.residual14 = ResidualChangingChannels(384, 512, 128)  # [B, 128, 32, 32]
        self.residual15 = ResidualChangingChannels(256, 512, 128)  # [B, 128, 32, 32]
        self.residual16 = ResidualChangingChannels(256, 512, 128)  # [B, 128, 32, 32]
        self.group_norm1 = nn.GroupNorm(32, 128)  # [B, 128, 32, 32]
        self.conv5 = nn.Conv2d(128, 3, 3, padding=1)  # [B, 3, 32, 32]

    def forward(self, x: Tensor, step: Tensor) -> Tensor:
        t = F.silu(self.linear1(embed_number(step, 128, 10000)))  # [B, 512]
        t = self.linear2(t)  # [B, 512]
        a0 = self.conv1(x)  # [B, 128, 32, 32]
        a1 = self.residual1(a0, t)  # [B, 128, 32, 32]
        a2 = self.residual2(a1, t)  # [B, 128, 32, 32]
        b0 = self.conv2(a2)  # [B, 128, 16, 16]
        b1 = self.both1(b0, t)  # [B, 256, 16, 16]
        b2 = self.both2(b1, t)  # [B, 256, 16, 16]
        c0 = self.conv3(b2)  # [B, 256, 8, 8]
        c1 = self.residual3(c0, t)  # [B, 256, 8, 8]
        c2 = self.residual4(c1, t)  # [B, 256, 8, 8]
        d0 = self.conv4(c2)  # [B, 256, 4, 4]
        d1 = self.residual5(d0, t)  # [B, 256, 4, 4]
        d2 = self.residual6(d1, t)  # [B, 256, 4, 4]
        middle = self.residual7(self.both3(d2, t), t)  # [B, 256, 4, 4]
        u1 = self.residual8(torch.cat([middle, d2], 1), t)  # [B, 256, 4, 4]
        u2 = self.residual9(torch.cat([u1, d1], 1), t)  # [B, 256, 4, 4]
        u3 = self.residual10(torch.cat([u2, d0], 1), t)  # [B, 256, 4, 4]
        u3 = self.larger1(u3)  # [B, 256, 8, 8]
        v1 = self.residual11(torch.cat([u3, c2], 1), t)  # [B, 256, 8, 8]
        v2 = self.residual12(torch.cat([v1, c1], 1), t)  # [B, 256, 8, 8]
        v3 = self.residual13(torch.cat([v2, c0], 1), t)  # [B, 256, 8, 8]
        v3 = self.larger2(v3)  # [B, 256, 16, 16]
        w1 = self.both4(torch.cat([v3, b2], 1), t)  # [B, 256, 16, 16]
        w2 = self.both5(torch.cat([w1, b1], 1), t)  # [B, 256, 16, 16]
        w3 = self.both6(torch.cat([w2, b0], 1), t)  # [B, 256, 16, 16]
        w3 = self.larger3(w3)  # [B, 256, 32, 32]
        y1 = self.residual14(torch.cat([w3, a2], 1), t)  # [B, 128, 32, 32]
        y2 = self.residual15(torch.cat([y1, a1], 1), t)  # [B, 128, 32, 32]
        y3 = self.residual16(torch.cat([y2, a0], 1), t)  # [B, 128, 32, 32]
        noise: Tensor = self.conv5(F.silu(self.group_norm1(y3)))  # [B, 3, 32, 32]
        return noise
