"""Sheets of an exported generator.

    python3 sheets.py FOLDER [--out FOLDER]

All with random noise. pairs.png: held-out targets (without), each beside what the generator makes of it. samples.png: 60 random z
through the mapping network. space.png: truncation (rows 1-3), interpolation in w (rows 4-6), the
random points at which a search starts (row 7), style mixing, coarse from one and fine from the
others (row 8).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

import files
import heldout
import latent
import network
import portrait
from imaging import sheet


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    out = args.out or args.folder
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    synthesis, mapping = files.read_generator(args.folder / files.NAME)

    def noise(n: int) -> list[Tensor]:
        return [torch.randn(n, 1, layer.resolution, layer.resolution) for layer in network.layers()]

    def draw(w: Tensor) -> Tensor:
        """w [n, 512] or [n, 12, 512]"""
        w = w if w.dim() == 3 else w[:, None].expand(-1, network.LAYERS, -1)
        return torch.cat([network.synthesis(synthesis, x, noise(len(x))) for x in w.split(10)]).clamp(-1, 1)

    p = heldout.numbers()[:36]
    target = portrait.render(p)
    sheet(torch.stack([target, draw(latent.w_of(p))], 1).flatten(0, 1), 12, str(out / "pairs.png"))

    torch.manual_seed(11)
    w = network.mapping(mapping, torch.randn(60, 512))
    sheet(draw(w), 12, str(out / "samples.png"))

    center = network.mapping(mapping, torch.randn(10_000, 512)).mean(0)
    rows = [draw(torch.stack([center + (w[i] - center) * t for t in torch.linspace(-0.5, 1.3, 10)])) for i in range(3)]
    rows += [
        draw(torch.stack([w[i].lerp(w[i + 1], t) for t in torch.linspace(0, 1, 10).tolist()])) for i in (10, 20, 30)
    ]
    rows.append(draw(latent.styles(torch.randn(10, network.LAYERS, 512))))
    rows.append(draw(torch.stack([torch.cat([w[40].expand(6, -1), x.expand(6, -1)]) for x in w[41:51]])))
    sheet(torch.cat(rows), 10, str(out / "space.png"))


if __name__ == "__main__":
    main()
