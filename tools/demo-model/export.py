"""Exports the moving average of a training: for facewright, and for PULSE's own code.

    python3 export.py CHECKPOINT FOLDER

Writes demo-128.safetensors (float16), synthesis.pt, mapping.pt and gaussian_fit.pt (float32). Also
exports what has not reached 128 px yet, for a look.
"""

from __future__ import annotations

import argparse
from collections import OrderedDict
from pathlib import Path

import torch

import assemble
import files
import latent
from planenet import PlaneNet


def load_network(checkpoint: Path) -> PlaneNet:
    """The moving average, grown to 128 px where it is smaller."""
    state = torch.load(checkpoint)
    if state["latent"] != latent.layout():
        raise SystemExit(f"{checkpoint}: trained on other numbers than portrait/params.py has now")
    net = PlaneNet(state["resolution"])
    net.load_state_dict(state["ema"])
    while net.resolution < 128:
        net.grow()
    return net


def save(folder: Path, synthesis: dict[str, torch.Tensor]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    mapping, fit = assemble.mapping_state(), assemble.gaussian_fit()
    torch.save(OrderedDict(synthesis), folder / "synthesis.pt")
    torch.save(mapping, folder / "mapping.pt")
    torch.save(fit, folder / "gaussian_fit.pt")
    tensors = {f"synthesis.{k}": v for k, v in synthesis.items()}
    tensors |= {f"mapping.{k}": v for k, v in mapping.items()}
    tensors |= {f"gaussian_fit.{k}": v for k, v in fit.items()}
    files.write_safetensors(folder / files.NAME, tensors, files.metadata())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    save(args.folder, assemble.synthesis_state(load_network(args.checkpoint)))
