"""From numbers to planes, and from planes to pictures."""

from __future__ import annotations

import torch
from torch import Tensor

from . import features, hair, wear
from .colours import colours
from .head import make_frame, skin
from .paint import Layers, cover, soften
from .params import Portrait, smoothstep

#: About what each plane is in the mean over portraits and pixels. Hats have come to 0.069 since they grow in a narrower range;
#: as the exposure of `compose` any constant does, and the weights that ship have these.
MEAN_AREA = (0.56, 0.17, 0.091, 0.033, 0.045, 0.0025, 0.002, 0.0075, 0.011, 0.009)


@torch.no_grad()
def planes(p: Tensor, size: int = 128) -> Tensor:
    """[n, 64] -> [n, M, size, size]: the planes of the materials, most in 0..1.

    Small batches are fastest: the fields of four portraits still lie in the L2 cache.
    """
    q = Portrait(p)
    f = make_frame(q, size)
    on = wear.headwear(f)
    h = hair.hair(f, on.cap, on.scarf)
    s = skin(f)

    img = Layers()
    X, Y = f.X, f.Y
    img.add("bg", (1.01 + (0.05 * X * f.light[0] - 0.02 * (X**2 + Y**2)) * (1 - f.flat)).expand_as(f.x))
    wear.paint_clothes(img, f)
    hair.paint_back(img, f, h)
    wear.paint_neck(img, f)
    wear.paint_ears(img, f)
    features.paint_long_beard(img, f)

    face = Layers()
    for name, value in (("skin", s.shade), ("white", s.white), ("warm", s.warm)):
        face.add(name, value)
    features.paint_eyes(face, f, s)
    features.paint_brows(face, f, s)
    features.paint_nose(face, f)
    mouth = features.paint_mouth(face, f, s)
    features.paint_beard(face, f, s, mouth)
    face.scale((1 - (0.30 - 0.15 * f.flat) * h.shadow) * (1 - wear.hat_shadow(f, on)))
    img.merge(cover(f.sd, 0.012), face)

    hair.paint_front(img, h)
    wear.paint_glasses(img, f, s)
    wear.paint_headwear(img, f, on)
    return soften(img.stack(f.x))


def compose(a: Tensor, colour: Tensor) -> Tensor:
    """Planes [n, M, h, w] and colours [n, M, 3] -> pictures [n, 3, h, w] in about -1..1, not clamped.

    Each plane counts as if it had the area that it has on average: a camera's automatic exposure.
    Instance norm takes the mean out of every channel, so the mean of a StyleGAN1's picture is a sum
    of functions of single numbers; without this rule it would be (area of the hair) * (colour of the
    hair) + ..., which no such sum is.
    """
    mean = torch.tensor(MEAN_AREA)[:, None, None]
    a = a - a.mean((2, 3), keepdim=True) + mean
    return 2 * torch.einsum("nmhw,nmc->nchw", a, colour) - 1


def render(p: Tensor, size: int = 128, batch: int = 4) -> Tensor:
    """[n, 64] -> [n, 3, size, size] in -1..1, clamped as a picture file is."""
    return torch.cat([compose(planes(q, size), colours(q)).clamp(-1, 1) for q in p.split(batch)])
