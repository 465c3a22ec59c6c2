"""Holds search.py against traces of PULSE's own code.

    python3 check_search.py ../../test/goldens/stylegan1

That folder holds synthesis.pt, gaussian_fit.pt, searches.json and search.NAME.safetensors: a small StyleGAN1 of 128 px, and
searches with the losses before every step, in float32 (`trace`) and float64 (`trace_f64`). Those with other options than
search.py has are left out. A term may be off by 1e-5 and a thousand times what float32 itself has cost up to
that step: Adam on a sphere amplifies rounding. Where that passes 5 %, the comparison ends.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

import files
import network
import search

OPTIONS = {
    "loss": "100*L2+0.05*GEOCROSS", "optimizer": "adam", "schedule": "linear1cycledrop", "learning_rate": search.RATE,
    "tile_latent": False, "noise_type": "trainable", "trainable_noise_layers": search.TRAINABLE_NOISE,
    "bad_noise_layers": [network.LAYERS - 1], "eps": search.EPS, "resolution": network.RESOLUTION,
}  # fmt: skip
FACTOR, FLOOR, END = 1000, 1e-5, 0.05


def check(folder: Path, golden: dict) -> None:
    tensors = files.read_safetensors(folder / f"search.{golden['name']}.safetensors")
    synthesis, fit = torch.load(folder / "synthesis.pt"), torch.load(folder / "gaussian_fit.pt")
    # A map that is 0 is left out.
    start = search.random_start(len(tensors["latent"]))
    start = [tensors["latent"], *(tensors.get(f"noise{i}", 0 * x) for i, x in enumerate(start[1:]))]
    trace: list[dict[str, float]] = []
    if not golden["steps"] == len(golden["trace"]) == len(golden["trace_f64"]):
        sys.exit(f"{golden['name']}: the traces do not have {golden['steps']} steps")
    search.search(synthesis, fit, tensors["ref"], golden["steps"], [x.clone() for x in start], trace)
    worst = dict.fromkeys(trace[0], 0.0)
    greatest, compared = 0.0, 0
    for mine, theirs, exact in zip(trace, golden["trace"], golden["trace_f64"]):
        for term in worst:
            worst[term] = max(worst[term], abs(theirs[term] - exact[term]) / abs(exact[term]))
        if FLOOR + FACTOR * max(worst.values()) > END:
            break
        for term, rounding in worst.items():
            error = abs(mine[term] - theirs[term]) / abs(theirs[term])
            greatest = max(greatest, error)
            if not error <= FLOOR + FACTOR * rounding:
                sys.exit(f"{golden['name']}: {term} before step {compared} is {mine[term]}, PULSE has {theirs[term]}")
        compared += 1
    if compared == 0:
        sys.exit(f"{golden['name']}: nothing could be compared")
    print(f"{golden['name']:20} {compared} of {golden['steps']} steps, relative error at most {greatest:.1e}")


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    goldens = json.loads((folder / "searches.json").read_text())
    same = [g for g in goldens if all(g[k] == v for k, v in OPTIONS.items())]
    if not same:
        sys.exit(f"{folder}: no search with the options of search.py")
    for golden in same:
        check(folder, golden)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
