"""The latent space: how the 64 numbers of a portrait lie in the 512 coordinates of w.

w = LeakyReLU_0.2(v), and v holds each number p_k in 8 coordinates, v_{c,k} = s_c (p_k - t_c), with
signs s_c and knots t_c. So

- every coordinate of v is normal with variance 1: PULSE's Gaussian fit of LeakyReLU_5(w) is exact;
- past the leaky ReLU, a style layer sees a basis of the piecewise linear functions of every number
  with corners at the knots;
- a point of the sphere on which PULSE searches decodes to numbers with |p|^2 <= 64, the mean over
  the copies, which lie within what was trained.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from portrait import GEOMETRY, HINGES, P

COPIES = len(HINGES)
SIGN, KNOT = torch.tensor(HINGES).T
#: Mean of v; coordinate c * P + k holds copy c of number k.
MU = (-SIGN * KNOT).repeat_interleave(P)
G = len(GEOMETRY)


def spread(p: Tensor) -> Tensor:
    """[..., P] -> [..., 512]: v - MU."""
    return (p.unsqueeze(-2) * SIGN[:, None]).flatten(-2)


def decode(v: Tensor) -> Tensor:
    """The numbers that v - MU stands for: [..., 512] -> [..., P]."""
    return (v.unflatten(-1, (COPIES, P)) * SIGN[:, None]).mean(-2)


def sphere_noise(p: Tensor, layers: int) -> Tensor:
    """[n, layers, 512]: the rest of v - MU on the sphere |v - MU|^2 = 512, which decodes to nothing.

    A search starts at random points of that sphere, mostly noise, so training has to show it, too.
    """
    n = torch.randn(len(p), layers, COPIES * P)
    n = n - spread(decode(n))
    a = ((P - p.square().sum(-1)) / (P * (1 - 1 / COPIES))).clamp(0, 1).sqrt()
    return n * a[:, None, None]


def styles(v: Tensor) -> Tensor:
    """w from v - MU."""
    return F.leaky_relu(v + MU, 0.2)


def _whitening() -> tuple[Tensor, Tensor]:
    """Mean [8] of the eight coordinates of w for one number, and T [8, 8] that makes features of them.

    The coordinates are all but collinear. The features are their principal components, scaled to
    variance 1 and the finer ones less: from 1 down to 0.25.
    """
    x = torch.linspace(-5, 5, 20001, dtype=torch.float64)
    weight = torch.exp(-x * x / 2)
    weight /= weight.sum()
    w = F.leaky_relu(SIGN.double() * (x[:, None] - KNOT.double()), 0.2)
    mean = (weight[:, None] * w).sum(0)
    c = w - mean
    values, vectors = torch.linalg.eigh((c * weight[:, None]).T @ c)
    order = torch.argsort(values, descending=True)
    scale = torch.linspace(0, 1, COPIES, dtype=torch.float64).mul(math.log(0.25)).exp()
    t = vectors[:, order] * (scale / values[order].clamp(min=1e-9).sqrt())
    return mean.float(), t.float()


FEATURE_MEAN, FEATURES = _whitening()


def features(w: Tensor) -> Tensor:
    """Geometry features [..., G * 8] of w [..., 512]: whitened splines, what training multiplies by."""
    x = w.unflatten(-1, (COPIES, P))[..., :G].transpose(-1, -2) - FEATURE_MEAN
    return (x @ FEATURES).flatten(-2)


def fold(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """A linear layer on features [o, G * 8] as one on w: weight [o, 512], bias [o]."""
    raw = weight.unflatten(-1, (G, COPIES)) @ FEATURES.T
    out = torch.zeros(len(weight), COPIES, P)
    out[..., :G] = raw.transpose(-1, -2)
    return out.flatten(-2), bias - (raw @ FEATURE_MEAN).sum(-1)
