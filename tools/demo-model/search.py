"""PULSE's search (Menon et al., CVPR 2020) in PyTorch, on the exported .pt files: to see that others' code ends as facewright does.

    python3 search.py FOLDER TARGET.png.. [--steps 100] [--seed 0] [--out SHEET.png]

Targets are small square pictures, as `facewright run` and `demo` write them (NAME.target.png). Prints the L2 of the best
step of each; the sheet shows targets, faces and faces scaled down. Defaults are PULSE's: 100*L2 + 0.05*GEOCROSS, eps
0.002, Adam at 0.4, linear1cycledrop, five trainable noise maps.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

import network
from imaging import sheet

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from pulse_losses import bicubic, geocross  # noqa: E402

RATE, EPS, TRAINABLE_NOISE = 0.4, 2e-3, 5


def rate(step: int, steps: int) -> float:
    """linear1cycledrop, as a share of the greatest rate."""
    if step < 0.9 * steps:
        return (9 * (1 - abs(step / (0.9 * steps) - 0.5) * 2) + 1) / 10
    return 0.1 + (step - 0.9 * steps) / (0.1 * steps) * (0.001 - 0.1)


def norms(x: Tensor) -> Tensor:
    return (x.square().sum(tuple(range(2, x.dim())), keepdim=True) + 1e-9).sqrt()


def random_start(n: int) -> list[Tensor]:
    """A latent [n, 12, 512] and 12 noise maps [n, 1, r, r], the last of them 0."""
    noise = [torch.randn(n, 1, 4 << i // 2, 4 << i // 2) for i in range(network.LAYERS)]
    noise[-1].zero_()
    return [torch.randn(n, network.LAYERS, 512), *noise]


def search(
    synthesis: dict[str, Tensor], fit: dict[str, Tensor], target: Tensor, steps: int, start: list[Tensor],
    trace: list[dict[str, float]] | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Targets [n, 3, s, s] in 0..1 -> best pictures [n, 3, 128, 128] in -1..1 and their L2 [n].

    `trace` gets the losses before every step, each summed over the pictures.
    """
    n = len(target)
    latent, *noise = start
    moving = [latent, *noise[:TRAINABLE_NOISE]]
    for x in moving:
        x.requires_grad_()
    radii = [norms(x.detach()) for x in moving]
    adam = torch.optim.Adam(moving, lr=RATE)
    best, best_l2, picture = torch.full((n,), 1e9), torch.zeros(n), torch.zeros(n, 3, 128, 128)
    for step in range(steps):
        adam.param_groups[0]["lr"] = RATE * rate(step, steps)
        w = F.leaky_relu(latent * fit["std"] + fit["mean"], 0.2)
        y = network.synthesis(synthesis, w, noise)
        l2 = (bicubic((y + 1) / 2, target.shape[-1]) - target).square().mean((1, 2, 3))
        angles = geocross(w)
        loss = 100 * l2.clamp(min=EPS) + 0.05 * angles
        if trace is not None:
            terms = {"L2": l2.clamp(min=EPS), "GEOCROSS": angles, "TOTAL": loss}
            trace.append({k: v.sum().item() for k, v in terms.items()})
        with torch.no_grad():
            better = loss < best
            best = torch.where(better, loss, best)
            picture[better], best_l2[better] = y[better], l2[better]
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        with torch.no_grad():
            for x, r in zip(moving, radii):
                x.mul_(r / norms(x))
    return picture, best_l2


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("targets", type=Path, nargs="+")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    synthesis, fit = torch.load(args.folder / "synthesis.pt"), torch.load(args.folder / "gaussian_fit.pt")
    images = [np.asarray(Image.open(path).convert("RGB")) for path in args.targets]
    side = images[0].shape[0]
    for path, image in zip(args.targets, images):
        if image.shape[:2] != (side, side) or network.RESOLUTION % side:
            parser.error(
                f"{path}: {image.shape[1]} x {image.shape[0]} pixels; targets are squares of one size that divides 128"
            )
    target = torch.stack([torch.from_numpy(image.copy()).permute(2, 0, 1).float() / 255 for image in images])
    picture, l2 = search(synthesis, fit, target, args.steps, random_start(len(target)))
    for path, value in zip(args.targets, l2.tolist()):
        print(f"{path.name:32} L2 {value:.5f}")
    # What met eps is not drawn any nearer, and ends within a hair of it.
    print(f"{(l2 <= EPS * 1.005).sum()} of {len(l2)} within {EPS}")
    if args.out:
        small = bicubic(picture, target.shape[-1])
        large = [F.interpolate(x, size=128, mode="nearest") for x in (target * 2 - 1, small)]
        sheet(torch.cat([large[0], picture, large[1]]), len(l2), str(args.out))


if __name__ == "__main__":
    main()
