"""The held-out set: 500 parameter vectors that training never sees, and the error on them."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import latent
import portrait

COUNT = 500
SEED = 99


def numbers() -> Tensor:
    return torch.randn(COUNT, portrait.P, generator=torch.Generator().manual_seed(SEED))


def heldout(folder: Path, resolution: int) -> tuple[Tensor, Tensor]:
    """Numbers and planes, drawn once and kept in the folder."""
    path = folder / "heldout.pt"
    p = numbers()
    if not path.exists():
        planes = torch.cat([portrait.planes(q) for q in p.split(4)])
        torch.save(planes.half(), path)
    planes = torch.load(path).float()
    return p, F.avg_pool2d(planes, 128 // resolution)


@torch.no_grad()
def score(net: nn.Module, p: Tensor, planes: Tensor) -> dict[str, float]:
    """Mean |error| in -1..1 and gradient error of the pictures, and mean |error| of each plane.

    In float32: the anchor (planenet.py), which cancels, leaves rings of bfloat16's rounding, a third of all gradient error.
    """
    total = gradient = 0.0
    by_plane = torch.zeros(portrait.M)
    for q, a in zip(p.split(25), planes.split(25)):
        y = net(latent.features(latent.styles(latent.spread(q)))[:, None], torch.float32)
        colour = portrait.colours(q)
        t, o = portrait.compose(a, colour).clamp(-1, 1), portrait.compose(y, colour).clamp(-1, 1)
        e = o - t
        total += e.abs().mean().item() * len(q)
        gradient += (e.diff(dim=-1).abs().mean() + e.diff(dim=-2).abs().mean()).item() / 2 * len(q)
        by_plane += (y - (a - a.mean((2, 3), keepdim=True))).abs().mean((0, 2, 3)) * len(q)
    n = len(p)
    table = {name: round(v, 4) for name, v in zip(portrait.MATERIALS, (by_plane / n).tolist())}
    return {"error": round(total / n, 4), "gradient": round(gradient / n, 4), "planes": table}
