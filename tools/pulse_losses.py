"""What PULSE's losses are made of, in PyTorch: for timing the original's arithmetic and for searching with it."""

import torch
import torch.nn.functional as F
from torch import Tensor


def bicubic(x: Tensor, size: int) -> Tensor:
    """Scales [n, 3, S, S] down by a whole factor, with Keys' kernel (a = -0.5) and reflected borders."""
    factor = x.shape[-1] // size
    t = ((torch.arange(4 * factor) + 0.5) / factor - 2).abs()
    taps = torch.where(t < 1, 1.5 * t**3 - 2.5 * t**2 + 1, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2)
    taps = (taps / taps.sum()).expand(3, 1, 1, -1)
    before = 3 * factor // 2
    after = 3 * factor - before
    x = F.conv2d(F.pad(x, (0, 0, before, after), mode="reflect"), taps.transpose(2, 3), stride=(factor, 1), groups=3)
    return F.conv2d(F.pad(x, (before, after, 0, 0), mode="reflect"), taps, stride=(1, factor), groups=3)


def geocross(w: Tensor) -> Tensor:
    """Angles between the latents [n, L, 512] of the layers, of each picture."""
    a, b = w[:, None], w[:, :, None]
    near = ((a - b).square().sum(-1) + 1e-9).sqrt()
    far = ((a + b).square().sum(-1) + 1e-9).sqrt()
    return ((2 * torch.atan2(near, far)).square() * w.shape[-1]).mean((1, 2)) / 8
