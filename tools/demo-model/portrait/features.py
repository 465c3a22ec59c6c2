"""Painted on the face: eyes, brows, nostrils, mouth, beard."""

from __future__ import annotations

import torch
from torch import Tensor

from .head import EYE_Y, Frame, Skin, mouth_y, nose
from .paint import Layers, blob, cover, length, line
from .params import smoothstep


def eye_x(f: Frame) -> Tensor:
    return 0.240 + 0.014 * f.q.range("eyedist") + 0.004 * f.baby


def paint_eyes(face: Layers, f: Frame, s: Skin) -> None:
    q = f.q
    e = f.ax - eye_x(f)
    ey = f.fy - EYE_Y + 0.09 * q.range("eyetilt") * e
    half = 0.116 * (1 + 0.09 * q.range("eyesize") + 0.10 * f.baby)
    opened = (0.80 + 0.40 * q.range("eyeopen")) * (1 + 0.12 * q.range("eyesize") + 0.22 * f.baby - 0.10 * f.old)
    opened = opened * (1 - 0.22 * q.range("smile").clamp(min=0))
    k = (1 - (e / half) ** 2).clamp(min=0)
    upper = -0.068 * opened * k**0.75 - 0.004
    lower = 0.042 * opened.clamp(0.1, 1.2) * k**0.9 + 0.004
    inside = cover(torch.maximum(torch.maximum(upper - ey, ey - lower), e.abs() - half), 0.010)

    under_lid = smoothstep(0.040, 0.0, ey - upper)
    eye = Layers()
    eye.add(
        "white", (0.80 + 0.18 * s.wrap.clamp(0, 1) - 0.22 * under_lid - 0.16 * (e / half) ** 2) * (1 - 0.4 * f.flat)
    )
    r = 0.058 * (1 + 0.05 * q.range("eyesize") + 0.18 * f.baby + 0.25 * f.flat)
    iy = ey + 0.004
    d = length(e, iy)
    ring = 1 - 0.60 * smoothstep(0.70, 1.0, d / r)
    eye.over(cover(d - r, 0.009), iris=(0.80 + 0.55 * (d / r) * (0.5 + 0.5 * iy / r)) * ring)
    eye.over(cover(d - r * 0.48, 0.010), white=0.02)
    eye.scale(1 - 0.40 * under_lid)
    lx, ly, _ = f.light
    glint = torch.exp(-((e - f.sign * lx * 0.028) ** 2 + (iy - ly * 0.036) ** 2) / 0.00026)
    eye.add("white", 0.95 * glint)
    face.merge(inside, eye)
    face.over(inside * blob(e + half * 0.95, ey, 0.014, 0.02) * 0.8, skin=0.72, warm=0.25)

    lash = q.unit("lash")
    width = 0.012 + 0.009 * lash + 0.006 * smoothstep(-0.5, 1.0, e / half) * lash
    stroke = line(ey - upper + 0.004, width) * smoothstep(half * 1.12, half * 0.92, e.abs())
    wing = blob(e - half * 1.05, ey - upper + 0.012, 0.022, 0.010) * smoothstep(0.55, 0.9, lash)
    face.over((stroke * (0.72 + 0.25 * lash) + wing * 0.7).clamp(0, 1), hair=0.15, skin=0.06)
    face.over(line(ey - lower - 0.003, 0.009) * smoothstep(half * 1.05, half * 0.8, e.abs()) * 0.36, skin=0.42)
    crease = line(ey - upper * 1.15 + 0.034, 0.010) * smoothstep(half * 1.05, half * 0.7, e.abs())
    face.over(crease * 0.45, skin=0.48)


def paint_brows(face: Layers, f: Frame, s: Skin) -> None:
    q = f.q
    e = f.ax - eye_x(f)
    t = e / 0.150
    y = -0.172 - 0.028 * q.range("browh") - 0.012 * q.range("smile").clamp(min=0) - 0.02 * q.step("mopen", 0.6, 1.4)
    c = f.fy - EYE_Y - y + 0.035 * (1 - t**2) * (1 - 0.3 * f.baby) + q.range("browa") * 0.075 * t
    thick = (0.018 + 0.020 * q.unit("browt")) * (1 - 0.30 * f.baby) * (1 - 0.45 * smoothstep(-0.4, 1.1, t))
    alpha = cover(torch.maximum(c.abs() - thick, (t.abs() - 0.92) * 0.145), 0.014)
    alpha = alpha * (0.72 + 0.24 * q.unit("browt")) * (1 - 0.45 * f.baby)
    face.over(alpha, hair=0.42 + 0.22 * s.wrap, skin=0.10)


def paint_nose(face: Layers, f: Frame) -> None:
    n = nose(f)
    x = f.nfx.abs()
    pitch = 0.30 * f.q.range("pitch")
    face.over(blob(x - n.w * 0.55, f.fy - n.y - 0.034 + 0.010 * pitch, n.w * 0.26, 0.0135) * 0.66, skin=0.22)
    wing = line(length((x - n.w * 0.80) / 0.038, (f.fy - n.y - 0.012) / 0.042) - 1, 0.22)
    face.over(wing * smoothstep(0.9, 1.35, x / n.w) * 0.40, skin=0.46)


def paint_mouth(face: Layers, f: Frame, s: Skin) -> Tensor:
    """Returns the coverage of the lips, which a beard leaves free."""
    q = f.q
    smile = q.range("smile")
    up = smile.clamp(min=0)
    open_ = q.step("mopen", 0.35, 1.5)
    my = mouth_y(f)
    w = 0.190 + 0.055 * q.range("mouthw") + 0.035 * up - 0.035 * f.baby - 0.03 * open_ * (1 - up)
    w = w + f.flat * up * (0.05 + 0.14 * open_)
    x = f.fx - 0.03 * f.sin_yaw
    t = x / w
    c = 1 - t.clamp(-1, 1) ** 2
    middle = my - 0.075 * smile * (t.clamp(-1, 1) ** 2 - 0.35) - 0.004 * torch.cos(t.clamp(-1, 1) * 6)
    top = middle - 0.028 * open_ * c**0.7
    bottom = middle + (0.165 + 0.08 * f.flat * up) * open_ * (1 - 0.25 * up) * c ** (0.5 + 0.2 * up)
    full = (0.45 + 0.90 * q.unit("lips")) * (1 - 0.35 * f.old) * (1 - 0.25 * up)
    bow = 1 + 0.22 * torch.exp(-(((t.abs() - 0.28) / 0.18) ** 2)) - 0.25 * torch.exp(-((t / 0.13) ** 2))
    outer_top = top - 0.036 * full * c**0.8 * bow
    outer_bottom = bottom + 0.050 * full * c**0.75
    lips = cover(torch.maximum(torch.maximum(outer_top - f.fy, f.fy - outer_bottom), x.abs() - w), 0.012)
    vu = ((f.fy - outer_top) / (top - outer_top + 0.004)).clamp(0, 1)
    vl = ((f.fy - bottom) / (outer_bottom - bottom + 0.004)).clamp(0, 1)
    upper = f.fy < (top + bottom) / 2
    shade = torch.where(upper, 0.98 - 0.22 * vu, 1.10 - 0.30 * vl) * (0.35 + 0.68 * s.wrap)
    gloss = 0.14 * blob(x - 0.02 * f.light[0], f.fy - bottom - 0.018 * full, w * 0.30, 0.009 * (0.6 + full)) * (~upper)
    face.over(lips * (0.62 + 0.33 * q.unit("lips")), lips=shade, white=gloss)

    # the open mouth: cavity, tongue, teeth
    hole = cover(torch.maximum(torch.maximum(top - f.fy, f.fy - bottom), x.abs() - w * 0.96), 0.010)
    hole = hole * smoothstep(0.02, 0.12, open_)
    cavity = Layers()
    cavity.add("warm", 0.5 - 0.25 * smoothstep(0.0, 0.10, f.fy - top))
    tongue = length(x / (w * 0.62), (f.fy - my - 0.150 * open_) / 0.055) - 1
    cavity.over(cover(tongue * 0.06, 0.02) * 0.9, lips=0.45, warm=0.8)
    teeth = torch.maximum(f.fy - top - (0.042 + 0.014 * up) * c**0.35, x.abs() - w * 0.86)
    gaps = 0.06 * smoothstep(0.75, 0.95, torch.cos(t * 16))
    cavity.over(cover(teeth, 0.009) * (1 - 0.6 * f.baby), white=0.96 - 0.25 * t.clamp(-1, 1) ** 2 - gaps)
    face.merge(hole, cavity)
    shut = line(f.fy - middle, 0.0095) * smoothstep(1.06, 0.85, t.abs()) * (1 - smoothstep(0.02, 0.12, open_))
    face.over(shut * 0.85, skin=0.16, warm=0.25)
    face.over(blob(x.abs() - w * 1.02, f.fy - my + 0.049 * smile, 0.016, 0.014) * 0.55, skin=0.38)
    return torch.maximum(lips, hole)


def paint_beard(face: Layers, f: Frame, s: Skin, mouth: Tensor) -> None:
    """Stubble, moustache and full beard, as far as they lie on the face."""
    q, fx, fy, ax = f.q, f.fx, f.fy, f.ax
    full = q.on("beard") * (1 - f.baby)
    stubble = q.step("beard", 0.3, 0.85) * (1 - f.baby)
    n, my = nose(f), mouth_y(f)
    jaw = smoothstep(0.02, 0.16, fy - 0.14 - 0.42 * (0.40 - ax).clamp(min=0) + 0.10 * ax)
    jaw = jaw * smoothstep(0.0, 0.06, length(fx / 0.21, (fy - my + 0.01) / 0.105) * 0.1 - 0.055)
    face.over(jaw * stubble * (1 - full) * 0.45, skin=0.50 * s.shade, hair=0.28)
    curls = torch.sin(fx * 58 + 3 * torch.sin(fy * 13))
    chin = jaw * (1 - mouth) * torch.maximum(smoothstep(0.0, 0.8, full), q.hint("beard") * (1 - f.baby))
    face.over(chin * 0.97, hair=(0.42 + 0.56 * s.wrap) * (1 - 0.12 * f.flat) + 0.08 * curls * (0.4 + 0.6 * s.wrap))
    tache = torch.maximum(q.on("tache") * (1 - f.baby), full * 0.95)
    d = torch.maximum(
        length((ax - 0.080) / 0.115, (fy - (n.y + my) / 2 - 0.030 - 0.32 * (ax - 0.05).clamp(min=0)) / 0.046) - 1,
        -ax / 0.09 - 0.6,
    )
    face.over(
        torch.maximum(cover(d * 0.06 + 0.07 * (1 - tache), 0.018), q.hint("tache") * cover(d * 0.06, 0.018)),
        hair=0.48 + 0.50 * s.wrap + 0.13 * torch.sin(ax * 80 + fy * 50),
    )


def paint_long_beard(img: Layers, f: Frame) -> None:
    """The beard below the chin, drawn before the face."""
    q, x, y = f.q, f.x, f.y
    full = q.on("beard") * (1 - f.baby)
    drop = full * (0.04 + 0.30 * q.step("beardlen", -0.2, 1.6))
    t = (y - 0.40) / (f.rb - 0.40 + drop)
    w = f.rx * 0.80 * (1 - 0.25 * smoothstep(0.2, 1.0, t)) + 0.03
    sd = torch.maximum((length(x / w, t.clamp(min=0)) - 1) * 0.35, 0.36 - y) + 0.008 * torch.sin(x * 42)
    lit = 0.44 + 0.40 * (x / w * f.light[0] + 0.75) * (1 - 0.30 * t.clamp(0, 1))
    img.over(
        cover(sd, 0.018) * smoothstep(0.25, 0.8, full), hair=lit + 0.11 * torch.sin(x * 46 + 1.2 * torch.sin(y * 14))
    )
