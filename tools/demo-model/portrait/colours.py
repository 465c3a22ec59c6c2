"""Colours of the materials: sums of functions of single numbers, see params.py."""

from __future__ import annotations

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from .paint import MATERIALS
from .params import HINGES, INDEX, KNOTS

# Value at each of the eight knots, flat beyond the ends. About uniform in 0..1, as the normal distribution function.
_UNIFORM = torch.tensor([0.0, 0.14, 0.29, 0.44, 0.60, 0.72, 0.84, 1.0])
#: For rare colours: nothing for most, all for the few beyond the last knot.
_RARE = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 1.0])
_SIGNED = 2 * _UNIFORM - 1


def _axis(values: Tensor, *rgb: float) -> Tensor:
    """[8, 3]"""
    return values[:, None] * torch.tensor(rgb)


def _ramp(*stops: tuple[float, float, float]) -> Tensor:
    return torch.tensor(stops)


#: By material: a constant colour, and for each of its numbers its contribution at each knot. RGB in 0..1.
TABLE: dict[str, tuple[tuple[float, float, float], dict[str, Tensor]]] = {
    "bg": (
        (0.50, 0.51, 0.53),
        {
            "bg0": _axis(_SIGNED, 0.22, 0.22, 0.22),
            "bg1": _axis(_SIGNED, 0.13, -0.02, -0.13),
            "bg2": _axis(_SIGNED, -0.08, 0.10, -0.06),
        },
    ),
    "skin": (
        (0.0, 0.0, 0.0),
        {
            # from dark to light, and at the far end the yellow of emoji
            "skin0": _ramp(
                (0.29, 0.18, 0.125), (0.43, 0.28, 0.19), (0.60, 0.41, 0.29), (0.76, 0.55, 0.40),
                (0.88, 0.68, 0.53), (0.95, 0.77, 0.64), (1.0, 0.87, 0.79), (1.0, 0.81, 0.27),
            ),
            "skin1": _axis(_SIGNED, 0.02, 0.0, -0.05),
            "skin2": _axis(_SIGNED, 0.03, -0.03, -0.01),
        },
    ),
    "hair": (
        (0.0, 0.0, 0.0),
        {
            "hair0": _ramp(
                (0.09, 0.075, 0.075), (0.12, 0.085, 0.07), (0.20, 0.13, 0.09), (0.31, 0.20, 0.13),
                (0.44, 0.30, 0.19), (0.58, 0.42, 0.26), (0.75, 0.58, 0.36), (0.88, 0.75, 0.50),
            ),
            # from ash (grey, white) over natural to copper and pure yellow
            "hair1": torch.tensor([
                (0.14, 0.20, 0.26), (0.09, 0.13, 0.17), (0.02, 0.03, 0.04), (0.0, 0.0, 0.0),
                (0.0, 0.0, 0.0), (0.03, 0.0, -0.01), (0.12, 0.02, -0.05), (0.32, 0.06, -0.12),
            ]),
            "hair2": _axis(_RARE, 0.24, 0.30, 0.30),
        },
    ),
    "cloth": (
        (0.50, 0.47, 0.48),
        {
            "cloth0": _axis(_SIGNED, 0.25, 0.25, 0.25),
            "cloth1": _axis(_SIGNED, 0.22, -0.04, -0.20),
            "cloth2": _axis(_SIGNED, -0.10, 0.17, -0.10),
        },
    ),
    "hat": (
        (0.52, 0.40, 0.42),
        {
            "hat0": _axis(_SIGNED, 0.24, 0.25, 0.25),
            "hat1": _axis(_SIGNED, 0.26, -0.06, -0.26),
            "hat2": _axis(_SIGNED, -0.14, 0.20, -0.12),
        },
    ),
    "lips": (
        (0.0, 0.0, 0.0),
        {
            "lip0": _ramp(
                (0.45, 0.23, 0.19), (0.52, 0.27, 0.23), (0.60, 0.34, 0.29), (0.68, 0.40, 0.36),
                (0.75, 0.44, 0.41), (0.80, 0.42, 0.41), (0.84, 0.30, 0.32), (0.86, 0.10, 0.16),
            ),
            "skin0": _axis(_SIGNED, 0.10, 0.06, 0.05),
        },
    ),
    "iris": (
        (0.0, 0.0, 0.0),
        {
            "iris0": _ramp(
                (0.20, 0.11, 0.06), (0.26, 0.15, 0.08), (0.33, 0.20, 0.10), (0.42, 0.29, 0.14),
                (0.42, 0.40, 0.20), (0.36, 0.48, 0.34), (0.30, 0.50, 0.58), (0.30, 0.52, 0.80),
            ),
        },
    ),
    "frame": (
        (0.0, 0.0, 0.0),
        {
            "frame0": _ramp(
                (0.07, 0.07, 0.08), (0.08, 0.08, 0.09), (0.12, 0.10, 0.10), (0.20, 0.12, 0.09),
                (0.34, 0.19, 0.11), (0.48, 0.18, 0.14), (0.62, 0.42, 0.18), (0.75, 0.62, 0.32),
            ),
        },
    ),
    "white": ((0.98, 0.97, 0.95), {}),
    "warm": ((0.42, -0.02, 0.0), {}),
}  # fmt: skip


def hinges(p: Tensor) -> Tensor:
    """What a style layer sees of a number: [n] -> [n, 8]."""
    sign, knot = torch.tensor(HINGES, dtype=p.dtype).T
    return F.leaky_relu(sign * (p[:, None] - knot), 0.2)


def fit(values: Tensor) -> tuple[Tensor, Tensor]:
    """The combination of hinges next to the polyline with these values [8, c] at the knots, flat beyond.

    Next under the normal density; a linear function of the values. Returns weights [8, c] and bias [c].
    """
    x = torch.linspace(-3.5, 3.5, 1401, dtype=torch.float64)
    knots = torch.tensor(KNOTS, dtype=torch.float64)
    y = values.double()
    i = torch.bucketize(x.clamp(KNOTS[0], KNOTS[-1]), knots).clamp(1, len(KNOTS) - 1)
    t = ((x.clamp(KNOTS[0], KNOTS[-1]) - knots[i - 1]) / (knots[i] - knots[i - 1]))[:, None]
    target = y[i - 1] * (1 - t) + y[i] * t
    basis = torch.cat([hinges(x), torch.ones(len(x), 1, dtype=torch.float64)], 1)
    root = torch.exp(-x * x / 4)[:, None] + 0.02
    solution = torch.linalg.lstsq(basis * root, target * root).solution
    return solution[:-1].float(), solution[-1].float()


@cache
def fits() -> tuple[tuple[int, int, Tensor, Tensor], ...]:
    """(material, number, weights [8, 3], bias [3]) for all terms of the table."""
    return tuple(
        (m, INDEX[number], *fit(values))
        for m, name in enumerate(MATERIALS)
        for number, values in TABLE[name][1].items()
    )


def constants() -> Tensor:
    """[M, 3]"""
    return torch.tensor([TABLE[name][0] for name in MATERIALS])


def colours(p: Tensor) -> Tensor:
    """[n, 64] -> [n, M, 3]"""
    out = constants().repeat(len(p), 1, 1)
    for m, k, weights, bias in fits():
        out[:, m] += hinges(p[:, k]) @ weights + bias
    return out
