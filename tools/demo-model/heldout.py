"""The held-out set: 500 parameter vectors that training never sees, and the error on them."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

import files
import latent
import portrait
from planenet import PlaneNet

COUNT = 500
SEED = 99


def numbers() -> Tensor:
    return torch.randn(COUNT, portrait.P, generator=torch.Generator().manual_seed(SEED))


def heldout(folder: Path, resolution: int) -> tuple[Tensor, Tensor]:
    """Numbers and planes, drawn once by each version of the painter and kept in the folder."""
    path = folder / f"heldout-{files.painter()[:12]}.pt"
    p = numbers()
    if not path.exists():
        with files.whole(path) as f:
            torch.save(torch.cat([portrait.planes(q) for q in p.split(4)]).half(), f)
    return p, F.avg_pool2d(torch.load(path).float(), 128 // resolution)


def errors(picture: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Of each picture [n, 3, h, w] in -1..1: mean |error|, and that of horizontal and vertical differences."""
    e = picture.clamp(-1, 1) - target
    return e.abs().mean((1, 2, 3)), (e.diff(dim=-1).abs().mean((1, 2, 3)) + e.diff(dim=-2).abs().mean((1, 2, 3))) / 2


@torch.no_grad()
def score(net: PlaneNet, p: Tensor, planes: Tensor) -> dict[str, float]:
    """Mean |error| in -1..1 and gradient error of the pictures, and mean |error| of each plane.

    In float32: the anchor (planenet.py), which cancels, leaves rings of bfloat16's rounding, a third of all gradient error.
    """
    total = gradient = 0.0
    by_plane = torch.zeros(portrait.M)
    for q, a in zip(p.split(25), planes.split(25)):
        y = net(latent.features(latent.w_of(q))[:, None], torch.float32)
        colour = portrait.colours(q)
        error, edges = errors(portrait.compose(y, colour), portrait.compose(a, colour).clamp(-1, 1))
        total += error.sum().item()
        gradient += edges.sum().item()
        by_plane += (y - (a - a.mean((2, 3), keepdim=True))).abs().mean((0, 2, 3)) * len(q)
    n = len(p)
    table = {name: round(v, 4) for name, v in zip(portrait.MATERIALS, (by_plane / n).tolist())}
    return {"count": n, "error": round(total / n, 4), "gradient": round(gradient / n, 4), "planes": table}
