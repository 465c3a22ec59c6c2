"""What the painter paints with: material planes, soft shapes, fields over the canvas."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .params import smoothstep

#: A picture is a sum over these: the plane of a material (how much light of it is seen) times its colour.
MATERIALS = ("bg", "skin", "hair", "cloth", "hat", "lips", "iris", "frame", "white", "warm")
M = len(MATERIALS)


class Layers:
    """Material planes [n, h, w] by name; a material that was never painted has none."""

    def __init__(self) -> None:
        self.planes: dict[str, Tensor] = {}

    def add(self, name: str, value: Tensor) -> None:
        old = self.planes.get(name)
        self.planes[name] = value if old is None else old + value

    def scale(self, factor: Tensor) -> None:
        for name, plane in self.planes.items():
            self.planes[name] = plane * factor

    def over(self, alpha: Tensor, **shades: Tensor | float) -> None:
        """Paints materials over what is there, with that coverage."""
        self.scale(1 - alpha)
        for name, shade in shades.items():
            self.add(name, alpha * shade)

    def merge(self, alpha: Tensor, top: Layers) -> None:
        """Lays another stack of planes over this one."""
        self.scale(1 - alpha)
        for name, plane in top.planes.items():
            self.add(name, plane * alpha)

    def stack(self, like: Tensor) -> Tensor:
        """[n, M, h, w]"""
        zero = torch.zeros_like(like)
        return torch.stack([self.planes.get(name, zero).expand_as(like) for name in MATERIALS], 1)


#: What a lens makes of a point, in pixels: shapes are painted point by point, and details finer than a pixel would jump.
_LENS = torch.tensor([1.0, 4.0, 1.0]) / 6
LENS = _LENS[:, None] * _LENS


def soften(planes: Tensor) -> Tensor:
    """[n, c, h, w], seen through the lens."""
    c = planes.shape[1]
    return F.conv2d(F.pad(planes, (1, 1, 1, 1), mode="replicate"), LENS.expand(c, 1, 3, 3), groups=c)


#: The layer of the StyleGAN1 whose noise map the painter knows: 16 px, the finest that PULSE's search moves.
NOISE_LAYER, NOISE_SIDE = 4, 16
#: What its unevenness is seen on, and how much lighter a deviation makes it.
TEXTURED = ("skin", "hair", "cloth", "hat")
TEXTURE = 0.06


def texture(planes: Tensor, noise: Tensor) -> Tensor:
    """Skin, hair and cloth, unevenly light: planes [n, M, h, w], a map of normal numbers [n, 1, 16, 16]."""
    light = F.interpolate(noise, size=planes.shape[-1], mode="bilinear", align_corners=False)
    where = torch.tensor([name in TEXTURED for name in MATERIALS]).float()[:, None, None]
    return planes * (1 + TEXTURE * light * where).clamp(0.5, 1.5)


def blob(x: Tensor, y: Tensor, sx: Tensor | float, sy: Tensor | float) -> Tensor:
    return torch.exp(-0.5 * ((x / sx) ** 2 + (y / sy) ** 2))


def line(d: Tensor, width: Tensor | float) -> Tensor:
    """A soft line where d = 0."""
    return torch.exp(-((d / width) ** 2))


def cover(sd: Tensor, width: float = 0.012) -> Tensor:
    """Coverage of a shape from its signed distance (negative inside)."""
    return smoothstep(width, -width, sd)


def length(x: Tensor, y: Tensor) -> Tensor:
    return torch.sqrt(x * x + y * y + 1e-6)


def canvas(size: int) -> tuple[Tensor, Tensor]:
    """x to the right, y down, both in -1..1, as [1, h, w]."""
    c = (torch.arange(size, dtype=torch.float32) + 0.5) / size * 2 - 1
    y, x = torch.meshgrid(c, c, indexing="ij")
    return x[None].contiguous(), y[None].contiguous()
