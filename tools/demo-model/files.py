"""Weight files: facewright's .safetensors in half precision and back, PULSE's .pt."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import network

NAME = "demo-128.safetensors"


def write_safetensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Float16. The format: length of the header as u64, the header as JSON, the data."""
    header: dict[str, object] = {"__metadata__": metadata}
    offset = 0
    data = []
    for name, tensor in tensors.items():
        half = tensor.detach().half()
        if not torch.isfinite(half).all():
            raise ValueError(f"{name} does not fit into half precision")
        raw = half.contiguous().numpy().tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        offset += len(raw)
        data.append(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
    temporary.replace(path)


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Of float16 and float32, in float32."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        kind = {"F16": np.float16, "F32": np.float32}.get(entry["dtype"])
        if kind is None:
            continue
        values = np.frombuffer(raw[8 + length + start : 8 + length + end], kind)
        out[name] = torch.from_numpy(values.reshape(entry["shape"]).astype(np.float32))
    return out


def part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)}


def read_generator(path: Path) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Synthesis and mapping network of an exported .safetensors."""
    tensors = read_safetensors(path)
    return part(tensors, "synthesis."), part(tensors, "mapping.")


def metadata() -> dict[str, str]:
    return {
        "format": "pt",
        "resolution": str(network.RESOLUTION),
        "fmap_base": str(network.FMAP_BASE),
        "fmap_max": str(network.FMAP_MAX),
        "norm_epsilon": "1e-5",
        "licence": "CC0-1.0",
    }
