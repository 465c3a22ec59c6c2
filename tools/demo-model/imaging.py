"""Contact sheets."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor


def sheet(pictures: Tensor, columns: int, path: str, scale: int = 1) -> None:
    """Pictures [n, 3, h, w] in -1..1, row by row, into a PNG."""
    n, _, h, w = pictures.shape
    rows = -(-n // columns)
    out = torch.ones(3, rows * h, columns * w)
    for i in range(n):
        r, c = divmod(i, columns)
        out[:, r * h : (r + 1) * h, c * w : (c + 1) * w] = pictures[i]
    data = ((out.clamp(-1, 1) + 1) * 127.5 + 0.5).byte().permute(1, 2, 0).contiguous().numpy()
    image = Image.fromarray(data)
    if scale != 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.BICUBIC)
    image.save(path)
