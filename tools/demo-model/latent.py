"""The latent space: how the 64 numbers of a portrait lie in the 512 coordinates of w.

w = LeakyReLU_0.2(v), and v holds each number p_k eight times: v_{c,k} = s_k (p_k - t_k), with the
bend of that number (portrait/params.py). Styles use the mean over the eight copies. So

- every coordinate of v is normal with variance 1: PULSE's Gaussian fit of LeakyReLU_5(w) is exact;
- every point of the sphere on which PULSE searches means a portrait: that of the means over the
  copies, whose numbers satisfy |p|^2 <= 64. What the copies differ by cancels exactly while they are
  on one side of the bend; around it, it shifts what is seen by a third of a deviation at a search's start.

An earlier design had eight different bends for each number, so that styles saw splines of it. Seen
through these, the random points where a search starts were nothing like portraits: fine splines are
differences of copies, and there copies differ by noise of variance 1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from portrait import GEOMETRY, NAMES, P, bends

COPIES = 8
G = len(GEOMETRY)
SIGN, KNOT = bends()
#: Mean of v; coordinate c * P + k holds copy c of number k.
MU = (-SIGN * KNOT).repeat(COPIES)


def layout() -> tuple[tuple[str, ...], list[float], list[float]]:
    """What a network is trained for: the numbers in their order, and their bends."""
    return NAMES, SIGN.tolist(), KNOT.tolist()


def spread(p: Tensor) -> Tensor:
    """[..., P] -> [..., 512]: v - MU."""
    return (p * SIGN).repeat(*[1] * (p.dim() - 1), COPIES)


def decode(v: Tensor) -> Tensor:
    """The numbers that v - MU stands for: [..., 512] -> [..., P]."""
    return v.unflatten(-1, (COPIES, P)).mean(-2) * SIGN


def sphere_noise(p: Tensor, layers: int) -> Tensor:
    """[n, layers, 512]: what v - MU may have besides, about on the sphere |v - MU|^2 = 512; it decodes to nothing."""
    n = torch.randn(len(p), layers, COPIES * P)
    n = n - spread(decode(n))
    a = ((P - p.square().sum(-1)) / (P * (1 - 1 / COPIES))).clamp(0, 1).sqrt()
    return n * a[:, None, None]


def styles(v: Tensor) -> Tensor:
    """w from v - MU."""
    return F.leaky_relu(v + MU, 0.2)


def w_of(p: Tensor) -> Tensor:
    """The w of a portrait, its copies all alike: [..., P] -> [..., 512]."""
    return styles(spread(p))


def _moments() -> tuple[Tensor, Tensor]:
    """Mean and standard deviation [P] of LeakyReLU_0.2(s (p - t)) for a normal p."""
    x = torch.linspace(-6, 6, 24001, dtype=torch.float64)[:, None]
    density = torch.exp(-x * x / 2)
    density /= density.sum()
    w = F.leaky_relu(SIGN.double() * (x - KNOT.double()), 0.2)
    mean = (density * w).sum(0)
    return mean.float(), (density * (w - mean).square()).sum(0).sqrt().float()


MEAN, STD = _moments()


def features(w: Tensor) -> Tensor:
    """What training multiplies by: geometry [..., G] of w [..., 512], with mean 0 and variance 1."""
    return ((w.unflatten(-1, (COPIES, P)).mean(-2) - MEAN) / STD)[..., :G]


def fold(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """A linear layer on features [o, G] as one on w: weight [o, 512], bias [o]."""
    raw = weight / STD[:G]
    out = torch.zeros(len(weight), P)
    out[:, :G] = raw / COPIES
    return out.repeat(1, COPIES), bias - raw @ MEAN[:G]


def fold_seen(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """A linear layer on portrait.seen [..., P] as one on w: weight [..., 512], bias [...]."""
    raw = weight * SIGN
    bias = bias - raw @ F.leaky_relu(-SIGN * KNOT, 0.2)
    return (raw / COPIES).repeat(*[1] * (weight.dim() - 1), COPIES), bias
