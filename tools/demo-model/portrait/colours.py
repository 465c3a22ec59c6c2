"""Colours of the materials: sums over what the style layers see of single numbers (params.seen)."""

from __future__ import annotations

import torch
from torch import Tensor

from .paint import MATERIALS, M
from .params import INDEX, P, seen

RGB = tuple[float, float, float]

#: By material: the colour where all numbers are 0, and what one unit of what is seen of its numbers adds (`seen`). RGB in 0..1.
TABLE: dict[str, tuple[RGB, dict[str, RGB]]] = {
    "bg": ((0.66, 0.70, 0.74), {"bg0": (0.13, 0.13, 0.13), "bg1": (0.09, -0.015, -0.09), "bg2": (-0.055, 0.07, -0.04)}),
    "skin": (
        (0.77, 0.59, 0.47),
        {
            "skin0": (0.18, 0.182, 0.172),
            # from tan to rosy
            "skin1": (0.025, -0.02, 0.045),
            # hardly an undertone up to 1; at 2.5 it is the yellow of emoji
            "skin2": (0.10, 0.045, -0.20),
        },
    ),
    "hair": (
        (0.25, 0.16, 0.115),
        {
            "hair0": (0.40, 0.34, 0.22),  # black, brown, blond
            "hair1": (0.30, 0.02, -0.10),  # copper
            "hair2": (0.37, 0.41, 0.41),  # grey
        },
    ),
    "cloth": (
        (0.50, 0.47, 0.48),
        {
            "cloth0": (0.1875, 0.1875, 0.1875),
            "cloth1": (0.175, -0.03125, -0.1625),
            "cloth2": (-0.08125, 0.1375, -0.08125),
        },
    ),
    "hat": (
        (0.60, 0.52, 0.58),
        {"hat0": (0.225, 0.225, 0.225), "hat1": (0.2125, -0.05, -0.2125), "hat2": (-0.1125, 0.1625, -0.1)},
    ),
    "lips": ((0.66, 0.39, 0.35), {"lip0": (0.12, -0.28, -0.19), "skin0": (0.09, 0.07, 0.06)}),
    "iris": ((0.28, 0.20, 0.13), {"iris0": (0.01, 0.21, 0.40)}),
    "frame": ((0.13, 0.10, 0.09), {"frame0": (0.05, 0.12, 0.34)}),
    "white": ((0.98, 0.97, 0.95), {}),
    "warm": ((0.42, -0.02, 0.0), {}),
}


def constants() -> Tensor:
    """[M, 3]"""
    return torch.tensor([TABLE[name][0] for name in MATERIALS])


def directions() -> Tensor:
    """[M, 3, P]"""
    out = torch.zeros(M, 3, P)
    for m, name in enumerate(MATERIALS):
        for number, rgb in TABLE[name][1].items():
            out[m, :, INDEX[number]] = torch.tensor(rgb)
    return out


_CONSTANTS, _DIRECTIONS = constants(), directions()


def colours(p: Tensor) -> Tensor:
    """[n, 64] -> [n, M, 3]"""
    return _CONSTANTS + torch.einsum("np,mcp->nmc", seen(p), _DIRECTIONS)
