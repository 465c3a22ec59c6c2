"""What people wear: clothes, glasses, hats."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .features import eye_x
from .head import EYE_Y, Frame, Skin
from .paint import Layers, blob, cover, length, line
from .params import HEADWEAR, smoothstep


def paint_clothes(img: Layers, f: Frame) -> None:
    q, X, Y = f.q, f.X, f.Y
    lx = f.light[0]
    bx = X + 0.06 * f.sin_yaw
    w = 0.72 + 0.11 * q.range("shoulder") - 0.12 * f.baby
    edge = (
        0.64
        + 0.5 * q.step("body", 0.5, 0.9)
        + 0.248 * (bx.abs() / w) ** 2.6
        + 0.05 * f.baby
        + 0.06 * (bx.abs() / 0.35).clamp(0, 1)
    )
    sd = (edge - Y) * 0.8
    folds = 0.05 * torch.sin(bx * 11 + 2 * Y) + 0.05 * torch.sin(bx * 23 - 5 * Y) * smoothstep(0.7, 1.0, Y)
    shade = 0.84 + 0.27 * lx * bx - 0.35 * (Y - 0.75).clamp(min=0) + folds + 0.10 * smoothstep(0.10, 0.0, -sd)
    img.over(cover(sd, 0.014), cloth=shade)


def paint_neck(img: Layers, f: Frame) -> None:
    q, X, Y = f.q, f.X, f.Y
    w = 0.245 + 0.02 * q.range("shoulder") - 0.05 * f.baby
    gone = q.step("body", 0.45, 0.85)
    x = X + 0.11 * f.sin_yaw
    wide = (w + 0.55 * (Y - 0.72).clamp(min=0) ** 1.2) * (1 - gone) + 0.001
    collar = 0.86 - (x.abs() / 0.31) ** 1.8 * 0.20
    sd = torch.maximum(torch.maximum(x.abs() - wide, (Y - collar) * 0.8), 0.30 - Y)
    nx = (x / wide).clamp(-1, 1)
    under = smoothstep(0.16, -0.02, f.sd - 0.3 * (Y - 0.6).clamp(min=0))
    tendons = 0.05 * blob(x.abs() - 0.09, Y - 0.88, 0.025, 0.10)
    shade = (0.76 + 0.51 * nx * f.light[0] - 0.22 * nx**2) * (1 - 0.42 * under) - tendons
    img.over(cover(sd, 0.014) * smoothstep(1.0, 0.9, gone), skin=shade, warm=0.06 * under)
    rim = line(Y - collar - 0.022, 0.018) * smoothstep(0.36, 0.30, x.abs())
    rim = rim * cover(x.abs() - wide - 0.02, 0.02) * smoothstep(0.3, 0.0, gone)
    img.over(rim * 0.8, cloth=1.05, white=0.08)


def paint_ears(img: Layers, f: Frame) -> None:
    q = f.q
    size = 0.82 + 0.28 * q.range("ears")
    for side in (-1.0, 1.0):
        seen = (1 - side * f.sin_yaw * 1.3).clamp(0.15, 1.25)
        ex = (f.x - side * (f.rx * 0.95 + 0.005 + 0.02 * (seen - 1))) / (0.085 * size * seen)
        ey = (f.y - 0.06 + 0.01 * q.range("pitch") + 0.02 * ex * side) / (0.155 * size)
        r = length(ex, ey) - 1
        hollow = 0.30 * smoothstep(-0.30, -0.75, r) - 0.10 * line(r + 0.22, 0.12)
        img.over(cover(r * 0.09, 0.010), skin=0.84 * (1 + 0.25 * side * f.light[0] - hollow - 0.05 * ey), warm=0.08)


def paint_glasses(img: Layers, f: Frame, s: Skin) -> None:
    q = f.q
    on = q.step("glasses", 0.45, 0.72)
    square = q.unit("glshape")
    grown = 1 + 0.8 * (f.rx / 0.53 - 1) + 0.35 * f.flat
    w, h = (0.158 + 0.012 * square) * grown, (0.130 - 0.035 * square) * grown
    x = f.ax - eye_x(f) - 0.005 - 0.06 * f.flat
    y = f.fy - EYE_Y - 0.018
    e = 2.2 + 2.4 * square
    sd = ((((x / w).abs() ** e + (y / h).abs() ** e) + 1e-6) ** (1 / e) - 1) * h
    on_head = cover(f.sd, 0.02)
    lens = cover(sd, 0.012) * torch.maximum(on, 2 * q.hint("glasses"))
    dark = torch.maximum(q.step("gltint", 0.62, 0.88), 6 * q.hint("gltint"))
    img.over(lens * dark * 0.90 * on_head, frame=0.30 - 0.12 * y, white=0.06)
    slant = x * f.sign * 0.8 + f.fy - EYE_Y
    img.add(
        "white", on_head * lens * (line(slant + 0.035, 0.020) + 0.6 * line(slant - 0.02, 0.010)) * (0.10 + 0.10 * dark)
    )
    rim = torch.exp(-((sd / 0.018) ** 4))
    inner = eye_x(f) + 0.06 * f.flat - w
    bridge = line(y + 0.033 + 0.5 * f.ax**2, 0.014) * smoothstep(0.01, -0.01, f.ax - inner)
    temple = line(y + 0.038, 0.015) * smoothstep(-0.01, 0.01, f.ax - inner - 2 * w)
    frame = torch.maximum(torch.maximum(rim, bridge), temple) * on_head
    img.over(frame * on * 0.96, frame=0.80 + 0.45 * s.wrap)


@dataclass
class Headwear:
    """How much there is of each, in 0..1; an earlier one displaces the later ones."""

    scarf: Tensor
    turban: Tensor
    helmet: Tensor
    beanie: Tensor
    crown: Tensor

    @property
    def cap(self) -> Tensor:
        """What covers the top of the hair."""
        return self.turban + self.helmet + self.beanie


def headwear(f: Frame) -> Headwear:
    free, on = 1.0, []
    for name in HEADWEAR:
        on.append(f.q.on(name) * free)
        free = free * (1 - f.q.on(name))
    return Headwear(*on)


def brim(f: Frame) -> Tensor:
    """Height of the lower edge of a hat, curved around the head."""
    return -0.44 + 0.10 * f.xn**2


def hat_shadow(f: Frame, wear: Headwear) -> Tensor:
    return wear.cap * smoothstep(0.15, 0.0, f.y - brim(f)) * 0.36


def _grown(sd: Tensor, amount: Tensor, hint: Tensor, width: float = 0.014) -> Tensor:
    """Coverage of a shape that shrinks into itself as its amount goes to 0, and still shimmers through then."""
    return torch.maximum(cover(sd + 0.30 * (1 - amount), width) * smoothstep(0.0, 0.2, amount), hint * cover(sd, width))


def paint_headwear(img: Layers, f: Frame, wear: Headwear) -> None:
    q, x, y, rx, xn = f.q, f.x, f.y, f.rx, f.xn
    lx, ly, lz = f.light
    size = q.unit("hatsize")
    edge = brim(f)
    hat_rt = f.rt + 0.045 + (0.04 + 0.13 * size) * (wear.beanie + 1.3 * wear.turban + 0.5 * wear.helmet)
    hat_rx = rx + 0.050 + 0.075 * wear.turban * (0.6 + 0.9 * size) + 0.03 * wear.helmet
    ky = torch.where(y < edge, (y - edge * 0.35) / (hat_rt + edge * 0.35), y * 0)
    kr = length(x / hat_rx, ky)
    boxy = ((x / hat_rx).abs() ** 2.7 + ky.abs() ** 2.7 + 1e-6) ** (1 / 2.7)
    dome = torch.maximum((kr - 1) * hat_rx, y - edge)
    nx, ny = (x / hat_rx).clamp(-1, 1), ky.clamp(-1, 1)
    nz = torch.sqrt((1 - nx**2 - ny**2).clamp(min=0.01))
    lit = nx * lx + ny * ly + nz * lz
    shade = 0.52 + 0.58 * lit.clamp(min=-0.2)
    hz = lz + 1
    spec = ((nx * lx + ny * ly + nz * hz) * torch.rsqrt(lx**2 + ly**2 + hz**2)).clamp(min=0) ** 30

    # beanie with a white trim and a pompom
    ribs = torch.sin(torch.asin(nx) * 30)
    on, hint = wear.beanie, q.hint("beanie")
    img.over(_grown(dome, on, hint), hat=shade + 0.07 * ribs * (1 - smoothstep(0.5, 0.9, kr)))
    trim = torch.maximum((y - edge - 0.02).abs() - 0.080, x.abs() - hat_rx * 1.02)
    img.over(_grown(trim, on, hint), white=0.70 + 0.28 * lit.clamp(min=-0.2) + 0.05 * torch.sin(x * 52), hat=0.04)
    pompom = length(x - 0.03, y + hat_rt - 0.01) - 0.115
    img.over(_grown(pompom, on, hint, 0.025), white=0.82 + 1.4 * ((x - 0.03) * lx + (y + hat_rt) * ly))

    # glossy helmet with a peak
    on, hint = wear.helmet, q.hint("helmet")
    img.over(_grown(dome, on, hint), hat=shade - 0.10 * line(nx, 0.05), white=0.45 * spec)
    peak = torch.maximum((y - edge - 0.005 - 0.05 * (1 - nx**2)).abs() - 0.038, x.abs() - hat_rx * 1.06)
    img.over(_grown(peak, on, hint), hat=(0.70 + 0.30 * lit.clamp(min=0)) * (1 - 2.5 * (y - edge - 0.03).clamp(0, 0.2)))

    # wound turban
    on, hint = wear.turban, q.hint("turban")
    winding = torch.sin((y + 0.75 * x.abs()) * 28 + 1.5)
    front = torch.maximum(
        (boxy - 1 - 0.02 * winding) * hat_rx, y - edge - 0.09 + 0.13 * (1 - smoothstep(0.0, 0.38, x.abs()))
    )
    img.over(_grown(front, on, hint), hat=(0.25 + 0.68 * shade) * (0.96 + 0.12 * winding))

    # headscarf: everything outside an opening for the face, down over the shoulders
    on, hint = wear.scarf, q.hint("scarf")
    opening = length(x / (rx * 0.94), torch.where(y < 0.1, (y - 0.1) / 0.53, (y - 0.1) / (f.rb * 0.86)))
    outside = torch.where(
        y < 0,
        length(x / (rx + 0.075), y / (f.rt + 0.07)) - 1,
        x.abs() / (rx + 0.075 + 0.28 * (y - 0.25).clamp(min=0) ** 1.3) - 1,
    )
    sx, sy = (x / (rx + 0.1)).clamp(-1, 1), torch.where(y < 0, y / (f.rt + 0.07), 0.15 * y).clamp(-1, 1)
    light = sx * lx + sy * ly + torch.sqrt((1 - sx**2 - sy**2).clamp(min=0.02)) * lz
    drape = 0.07 * torch.sin(opening * 24 + 1.5 * x) + 0.05 * torch.sin(torch.atan2(x, 1.1 - y) * 14 + opening * 14) * (
        y > 0
    )
    shade = (
        0.66 + 0.34 * light.clamp(min=-0.2) + drape - 0.25 * line(opening - 1, 0.06) - 0.08 * smoothstep(0.5, 1.0, y)
    )
    ring = torch.maximum(outside * rx, (1 - opening) * rx * 0.9)
    img.over(_grown(ring, on, hint), hat=shade)

    # crown: its own colour for the metal, white for the glints, lips for the stones; three points, as wide as the head is,
    # since many narrow ones are learned as their average, which is a band
    on, hint = wear.crown, q.hint("crown")
    apart = 0.72 * rx
    off = (x + apart / 2) % apart - apart / 2  # from the middle of the nearest point
    up = edge - 0.06 - y
    sd = torch.maximum(torch.maximum(-up, (up - 0.36 + 0.48 * off.abs() / apart) * 0.8), x.abs() - rx * 0.98)
    img.over(
        _grown(sd, on, hint, 0.012),
        hat=0.62 + 0.45 * lit.clamp(min=0) + 0.10 * torch.cos(2 * torch.pi * off / apart),
        white=0.16 * line(nx - lx * 0.6, 0.12),
    )
    stone = length(off, up - 0.11) - 0.045
    img.over(cover(stone, 0.012) * smoothstep(0.5, 1.0, on) * (x.abs() < rx * 0.9), lips=0.8, white=0.1)
