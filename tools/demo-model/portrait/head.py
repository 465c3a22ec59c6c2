"""The head: its frame, outline and relief, and the light on it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .paint import blob, canvas, line
from .params import Portrait, smoothstep

EYE_Y = -0.055


@dataclass
class Frame:
    """Fields that all painters share; `x`, `y` follow the head, `fx`, `fy` the face on it."""

    q: Portrait
    X: Tensor
    Y: Tensor
    x: Tensor
    y: Tensor
    xn: Tensor
    #: Half width, height above and below the centre of the head.
    rx: Tensor
    rt: Tensor
    rb: Tensor
    #: Signed distance to the outline of the head.
    sd: Tensor
    #: Height of the smooth head above the canvas, 1 in the middle.
    nz: Tensor
    gy: Tensor
    fx: Tensor
    fy: Tensor
    ax: Tensor
    sign: Tensor
    #: x in face space, shifted as the nose sticks out.
    nfx: Tensor
    sin_yaw: Tensor
    baby: Tensor
    old: Tensor
    #: 0 for relief, 1 for flat shades and large features, as emoji have them.
    flat: Tensor
    #: Direction to the light.
    light: tuple[Tensor, Tensor, Tensor]


def make_frame(q: Portrait, size: int) -> Frame:
    X, Y = canvas(size)
    baby, old = q.step("age", -0.7, -1.5), q.step("age", 0.3, 1.5)
    yaw, pitch = 0.17 * q.range("yaw"), 0.30 * q.range("pitch")
    sin_yaw = torch.sin(yaw)
    ox, oy = -0.20 * sin_yaw, 0.02
    x, y = X - ox, Y.expand(len(q.p), -1, -1)
    flat = q.step("flat", 0.3, 1.1)
    rx = 0.53 * (1 + 0.29 * q.range("headw")) * (1 + 0.04 * baby)
    rt = 0.64 + 0.12 * q.range("forehead") - 0.02 * baby
    rb = 0.70 + (0.10 + 0.08 * flat) * q.range("chin") - 0.06 * baby + 0.015 * old
    up = y < 0
    yn = torch.where(up, y / rt, y / rb)
    ay = yn.abs()
    cheeks = 1 + (0.05 * q.unit("cheek") + 0.07 * baby + 0.03 * old - 0.02) * torch.exp(
        -0.5 * ((yn - 0.42) / 0.22) ** 2
    )
    jaw = q.unit("jaw") * (1 - baby)
    low = 1 - (1 - ay.clamp(0, 0.9995) ** (2.0 + 0.9 * jaw)) ** (1.12 + 0.08 * (1 - jaw))
    gy = torch.where(up, ay * ay, low + (ay - 1).clamp(min=0) * 4)
    xn = x / (rx * cheeks)
    r2 = xn * xn + gy
    row = rx * cheeks * torch.sqrt((1 - gy).clamp(min=0.02))
    theta = torch.asin((x / row).clamp(-0.995, 0.995))
    fx = row * torch.sin((theta - yaw).clamp(-1.5, 1.5))
    nz = torch.sqrt((1 - r2).clamp(min=0.0))
    fy = y + oy - 0.085 * pitch * nz + 0.035 * pitch
    lx, ly, lz = 0.55 * q.range("lightx"), -0.52, 0.80
    norm = torch.rsqrt(lx * lx + ly * ly + lz * lz)
    return Frame(
        q=q, X=X, Y=Y, x=x, y=y, xn=xn, rx=rx, rt=rt, rb=rb, sd=(torch.sqrt(r2 + 1e-6) - 1) * rx, nz=nz, gy=gy,
        fx=fx, fy=fy, ax=fx.abs(), sign=torch.sign(fx), nfx=fx - 0.10 * sin_yaw, sin_yaw=sin_yaw, baby=baby, old=old, flat=flat,
        light=(lx * norm, ly * norm, lz * norm),
    )  # fmt: skip


@dataclass
class Nose:
    y: Tensor
    w: Tensor


def nose(f: Frame) -> Nose:
    """Where the tip of the nose is, and half its width."""
    q = f.q
    return Nose(
        0.155 + 0.015 * q.range("chin") - 0.035 * f.baby + 0.012 * f.old,
        0.066 + 0.028 * q.range("nosew") - 0.012 * f.baby + 0.006 * f.old,
    )


def mouth_y(f: Frame) -> Tensor:
    return 0.365 - 0.02 * f.baby + 0.025 * f.q.range("chin")


@dataclass
class Skin:
    """The lit face: brightness of bare skin, of matter on it, and highlights."""

    shade: Tensor
    #: Light that falls on hair, brows and lips on the face.
    wrap: Tensor
    white: Tensor
    warm: Tensor


def skin(f: Frame) -> Skin:
    """Relief of the face as a height field; light on it; occlusion and wrinkles."""
    q, fx, fy, ax, nfx, old, baby = f.q, f.fx, f.fy, f.ax, f.nfx, f.old, f.baby
    n = nose(f)
    my = mouth_y(f)
    smile = q.range("smile").clamp(min=0)
    h = 0.115 * blob(nfx, fy - n.y, n.w * 0.95, 0.055) + 0.055 * blob(nfx, fy - n.y + 0.13, 0.036, 0.11) * (
        1 - 0.6 * baby
    )
    h += 0.035 * blob(nfx.abs() - n.w, fy - n.y - 0.018, 0.028, 0.030)
    h += 0.060 * blob(fx, fy - 0.345, 0.17, 0.10) + 0.045 * blob(fx, fy - 0.60, 0.10, 0.07) * (0.5 + q.unit("jaw"))
    h += (0.050 + 0.03 * smile + 0.03 * baby) * blob(ax - 0.27, fy - 0.17, 0.11, 0.09)
    h += 0.028 * blob(ax - 0.20, fy + 0.20, 0.13, 0.035) * (1 - baby) - 0.050 * blob(ax - 0.225, fy + 0.07, 0.11, 0.06)
    h -= 0.012 * blob(nfx, fy - n.y - 0.085, 0.022, 0.035)
    px = 2 / f.X.shape[-1]
    gx, gy = torch.zeros_like(h), torch.zeros_like(h)
    gx[:, :, 1:-1] = (h[:, :, 2:] - h[:, :, :-2]) / (2 * px)
    gy[:, 1:-1] = (h[:, 2:] - h[:, :-2]) / (2 * px)
    ny = torch.where(f.y < 0, -1.0, 1.0) * torch.sqrt(f.gy.clamp(0, 1))
    nx, ny, nz = f.xn * 0.92 - gx * 0.85, ny * 0.92 - gy * 0.85, f.nz + 0.16
    norm = torch.rsqrt(nx**2 + ny**2 + nz**2 + 1e-6)
    nx, ny, nz = nx * norm, ny * norm, nz * norm
    lx, ly, lz = f.light
    diffuse = nx * lx + ny * ly + nz * lz
    wrap = ((diffuse + 0.35) / 1.35).clamp(min=0)
    hz = lz + 1
    spec = ((nx * lx + ny * ly + nz * hz) * torch.rsqrt(lx**2 + ly**2 + hz**2)).clamp(min=0)
    spec = 0.75 * spec**26 + 0.25 * spec**9

    # folds from the nose to the mouth, lines of the brow, crow's feet, bags under the eyes
    t = ax - (0.105 + 0.02 * q.unit("nosew")) - (fy - n.y) * (0.48 + 0.12 * smile)
    fold = line(t, 0.020) * smoothstep(-0.02, 0.05, fy - n.y) * smoothstep(0.27, 0.15, fy - n.y)
    brow = smoothstep(0.2, 0.95, torch.cos((fy + 0.05 * torch.cos(fx * 7)) * 80)) * blob(fx, fy + 0.37, 0.20, 0.075)
    feet = smoothstep(0.1, 0.9, torch.cos(torch.atan2(fy - EYE_Y, ax - 0.30) * 9)) * blob(
        ax - 0.40, fy - EYE_Y, 0.028, 0.07
    )
    bags = line(fy - EYE_Y - 0.105 + 0.5 * (ax - 0.22) ** 2 / 0.1, 0.016) * blob(ax - 0.22, 0 * fy, 0.075, 1.0)
    occlusion = (
        0.20 * blob(ax - 0.20, fy - EYE_Y + 0.015, 0.090, 0.062)
        + 0.22 * blob(nfx, fy - n.y - 0.052, n.w * 1.15, 0.020)
        + 0.12 * blob(fx, fy - my - 0.115, 0.09, 0.024)
        + (0.26 * old + 0.12 * smile + 0.03) * fold
        + old * (0.20 * brow + 0.16 * feet + 0.20 * bags)
    )
    shade = (0.52 + 0.52 * wrap) * (1 - occlusion.clamp(0, 0.6))
    shade = shade + 0.65 * f.flat * (0.98 * (1 - 0.6 * occlusion.clamp(0, 0.6)) - shade)
    rim = (1 - nz) ** 3 * 0.10 * (1 - f.flat)
    blush = (
        (1 - 0.6 * f.flat)
        * (0.16 + 0.12 * baby + 0.10 * smile)
        * (blob(ax - 0.27, fy - 0.19, 0.11, 0.09) + 0.5 * blob(nfx, fy - n.y, 0.06, 0.05))
    )
    return Skin(shade + rim, wrap, 0.13 * (1 - 0.7 * f.flat) * spec, blush + 0.05 * line(diffuse - 0.12, 0.28))
