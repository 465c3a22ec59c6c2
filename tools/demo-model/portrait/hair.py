"""Hair on the head: outline, hairline, strands, bun."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .head import Frame
from .paint import Layers, cover, length, line
from .params import smoothstep


@dataclass
class Hair:
    #: Coverage of everything that hangs behind the face, and of what lies before it.
    back: Tensor
    front: Tensor
    shade: Tensor
    white: Tensor
    #: A dark line where front hair meets the face.
    edge: Tensor
    #: Shadow of the hair on the face.
    shadow: Tensor
    bun: Tensor
    bun_shade: Tensor


def strands(f: Frame, curl: Tensor) -> tuple[Tensor, Tensor]:
    """Texture of hair in about -1..1, and the angle of strands around the crown.

    The two patterns are fixed to the head and only their mixture depends on the curl, so that a
    generator need not learn how a pattern changes phase.
    """
    angle = torch.atan2(f.x, f.y + 1.12)
    straight = 0.5 * torch.sin(angle * 34) + 0.35 * torch.sin(angle * 71 + 1.3) + 0.25 * torch.sin(angle * 17 + 0.7)
    curly = torch.sin(f.x * 25 + 2.5 * torch.sin(f.y * 9)) * torch.sin(f.y * 27 + 2.5 * torch.sin(f.x * 8 + 1))
    return straight * (1 - 0.85 * curl) + curly * 0.9 * curl, angle


def hair(f: Frame, cap: Tensor, covered: Tensor) -> Hair:
    """
    cap: how much of a hat sits on the top, which flattens the hair; covered: how much a scarf hides all.
    """
    q, x, y, rx = f.q, f.x, f.y, f.rx
    lx, ly, lz = f.light
    bald = q.step("hairline", -0.75, -1.3)
    there = 1 - q.step("hairline", -1.2, -1.7)
    volume = (1 - 0.6 * f.baby) * (1 - 0.5 * bald)
    curl = q.step("curl", -0.2, 1.4)
    texture, angle = strands(f, curl)

    top = 0.035 + (0.04 + 0.20 * q.unit("hairtop") ** 1.5 * (1 - 0.6 * cap)) * volume
    side = 0.015 + (0.02 + 0.15 * q.unit("hairside") ** 1.5) * volume
    reach = -0.06 + 1.15 * q.step("hairlen", -0.3, 1.5) * (1 - 0.7 * f.baby) * (1 - 0.8 * bald)
    long = smoothstep(0.10, 0.45, reach)
    hrx, hrt = rx + side + 0.05 * long, f.rt + top
    hy = torch.where(y < 0, y / hrt, 0 * y)
    wave = 1 + 0.06 * long * torch.sin((y + 0.25) * 3.2) * (y > -0.25)
    taper = (1 - long) * 0.9 * (y.clamp(min=-0.1) + 0.1).clamp(max=0.35) * (0.25 + side)
    width = (hrx * wave - taper).clamp(min=0.05)
    lumps = curl * (0.018 * torch.sin(angle * 13 + y * 11) + 0.012 * torch.sin(angle * 23 - y * 19))
    rh = length(x / width, hy)
    outer = (rh - 1) * hrx + lumps
    cut = y - reach - 0.035 * torch.cos(angle * 9) - 0.25 * long * (x.abs() / hrx - 0.5)
    k = 0.07
    smooth = (k - (outer - cut).abs()).clamp(min=0) / k
    sd = torch.maximum(outer, cut) + smooth * smooth * k * 0.25 + 0.25 * (1 - there)

    nx = (x / hrx).clamp(-1, 1)
    ny = torch.where(y < 0, y / hrt, 0.15 * y).clamp(-1, 1)
    nz = torch.sqrt((1 - nx**2 - ny**2).clamp(min=0.02))
    diffuse = nx * lx + ny * ly + nz * lz
    gloss = line(rh - 0.74 + 0.05 * texture, 0.10) * (diffuse + 0.3).clamp(min=0) * smoothstep(0.5, 0.0, y)
    shade = 0.58 + 0.48 * diffuse.clamp(min=-0.25) + 0.17 * texture + 0.16 * gloss * (1 - 0.6 * curl)
    shade = shade + 0.65 * f.flat * (0.85 - shade)
    white = gloss * 0.09 * (1 - 0.7 * curl) * (1 - 0.7 * f.flat)

    # the window in which the face shows: hairline, part, fringe
    fringe = q.step("fringe", 0.0, 1.1) * (1 - bald)
    rise = 0.09 * f.old * (1 - q.unit("hairside")) + 0.36 * bald
    part = q.range("part") * 0.6
    hairline = -0.455 - rise + 0.22 * fringe
    ww = rx * (0.955 - 0.05 * long * q.unit("hairside") - 0.03 * fringe) + 0.05 * bald
    jag = (0.014 + 0.020 * fringe) * torch.sin(angle * 34) * (1 - 0.6 * curl) + 0.022 * curl * torch.sin(angle * 21 + 2)
    yy = (0.16 - y + part * 0.5 * (1 - 0.6 * fringe) * x * smoothstep(0.1, -0.4, y) + jag).clamp(min=0) / (
        0.16 - hairline
    )
    e = 2.5 + 1.2 * fringe
    xw = x - 0.04 * part
    window = (((xw.abs() / ww) ** e + yy**e + 1e-6) ** (1 / e) - 1) * ww * 0.9

    brim = -0.44 + 0.10 * f.xn**2
    hidden = (1 - smoothstep(0.7, 1.0, cap) * smoothstep(brim + 0.02, brim - 0.03, y)) * (
        1 - smoothstep(0.7, 1.0, covered)
    )
    back = cover(sd, 0.016) * hidden
    front = back * smoothstep(-0.016, 0.016, window)

    bun = q.on("bun") * (1 - cap) * (1 - covered) * there
    size = 0.17 * (0.4 + 0.6 * bun)
    bx, by = x / size, (y + hrt + 0.03) / size
    around = torch.sin(torch.atan2(by, bx) * 3 + length(bx, by) * 7)
    return Hair(
        back=back,
        front=front,
        shade=shade,
        white=white,
        edge=line(window - 0.012, 0.020) * front * 0.35,
        shadow=smoothstep(-0.16, 0.02, window) * smoothstep(0.35, -0.2, y) * (1 - covered) * there * (1 - 0.6 * bald),
        bun=cover((length(bx, by) - 1) * size, 0.016) * smoothstep(0.0, 0.25, bun),
        bun_shade=0.55 + 0.30 * (bx * lx + by * ly) + 0.12 * around,
    )


def paint_back(img: Layers, f: Frame, h: Hair) -> None:
    """What is seen behind the neck: darker, as the light does not reach it."""
    img.over(h.back, hair=h.shade * (0.66 - 0.10 * smoothstep(0.0, 0.6, f.y) + 0.30 * f.flat))
    img.over(h.bun, hair=h.bun_shade)


def paint_front(img: Layers, h: Hair) -> None:
    img.over(h.front, hair=h.shade, white=h.white)
    img.scale(1 - h.edge * 0.8)
