"""Errors of an exported generator on the 500 held-out portraits, in all and by attribute.

    python3 evaluate.py FOLDER [--json FILE]

FOLDER holds demo-128.safetensors (export.py). Errors are mean |difference| of pictures in -1..1, and
of their horizontal and vertical differences. "ratio" is to the mean over all portraits.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from torch import Tensor

import files
import heldout
import latent
import network
import portrait

#: Attribute, the number that makes it, and from where to where.
GROUPS = (
    ("skin: darkest", "skin0", -9, -1.2),
    ("skin: dark", "skin0", -1.2, -0.6),
    ("skin: medium dark", "skin0", -0.6, -0.1),
    ("skin: medium", "skin0", -0.1, 0.4),
    ("skin: light", "skin0", 0.4, 9),
    ("age: baby", "age", -9, -1.1),
    ("age: young", "age", -1.1, 0.3),
    ("age: middle", "age", 0.3, 0.9),
    ("age: old", "age", 0.9, 9),
    ("headwear: none", None, 0, 0),
    ("headwear: headscarf", "scarf", 1.2, 9),
    ("headwear: turban", "turban", 1.2, 9),
    ("headwear: helmet", "helmet", 1.2, 9),
    ("headwear: beanie", "beanie", 1.2, 9),
    ("headwear: crown", "crown", 1.2, 9),
    ("hair: bald", "hairline", -9, -1.2),
    ("hair: long", "hairlen", 0.9, 9),
    ("hair: fringe", "fringe", 0.7, 9),
    ("hair: curly", "curl", 0.9, 9),
    ("hair: bun", "bun", 1.2, 9),
    ("beard: full", "beard", 1.2, 9),
    ("beard: moustache", "tache", 1.2, 9),
    ("beard: none", "beard", -9, 0.3),
    ("glasses", "glasses", 0.7, 9),
    ("glasses: dark", "glasses and gltint", 0.7, 9),
    ("mouth: open", "mopen", 0.9, 9),
    ("mouth: smile", "smile", 0.9, 9),
    ("mouth: sad", "smile", -9, -0.9),
    ("light from the side", "lightx", 1.2, 9),
)


def members(p: Tensor, name: str | None, low: float, high: float) -> Tensor:
    """Which portraits belong to a group, as booleans."""
    if name is None:
        return torch.stack([p[:, portrait.INDEX[k]] < portrait.ON[0] for k in portrait.HEADWEAR]).all(0)
    chosen = torch.ones(len(p), dtype=torch.bool)
    for k in name.split(" and "):
        value = p[:, portrait.INDEX[k]]
        chosen &= (value >= low) & (value < high)
        for other in portrait.displacing(k):
            chosen &= p[:, portrait.INDEX[other]] < portrait.ON[0]
    return chosen


@torch.no_grad()
def errors(synthesis: dict[str, Tensor], p: Tensor) -> tuple[Tensor, Tensor]:
    """Mean |error| and gradient error of each portrait."""
    picture, gradient = [], []
    for q in p.split(10):
        w = latent.w_of(q)[:, None].expand(-1, network.LAYERS, -1)
        error, edges = heldout.errors(network.synthesis(synthesis, w), portrait.render(q))
        picture.append(error)
        gradient.append(edges)
    return torch.cat(picture), torch.cat(gradient)


def report(p: Tensor, picture: Tensor, gradient: Tensor) -> dict[str, object]:
    mean = picture.mean().item()
    out: dict[str, object] = {"count": len(p), "error": mean, "gradient": gradient.mean().item()}
    groups = {}
    for label, name, low, high in GROUPS:
        chosen = members(p, name, low, high)
        if chosen.any():
            e = picture[chosen].mean().item()
            groups[label] = {
                "count": int(chosen.sum()),
                "error": e,
                "ratio": e / mean,
                "gradient": gradient[chosen].mean().item(),
            }
    out["groups"] = groups
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    synthesis, _ = files.read_generator(args.folder / files.NAME)
    p = heldout.numbers()
    result = report(p, *errors(synthesis, p))
    print(
        f"{result['count']} held-out portraits: mean |error| {result['error']:.4f}, gradient error {result['gradient']:.4f}\n"
    )
    print("| attribute | portraits | mean abs. error | ratio | gradient error |\n|---|---|---|---|---|")
    for label, g in result["groups"].items():
        print(f"| {label} | {g['count']} | {g['error']:.4f} | {g['ratio']:.2f} | {g['gradient']:.4f} |")
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
